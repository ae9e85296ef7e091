/** Code with its words marked by class, in the languages that offices meet. */
import highlight from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import r from "highlight.js/lib/languages/r";
import sql from "highlight.js/lib/languages/sql";
import vbnet from "highlight.js/lib/languages/vbnet";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const languages = { bash, css, ini, java, javascript, json, python, r, sql, vbnet, xml, yaml };
for (const [name, language] of Object.entries(languages)) highlight.registerLanguage(name, language);
highlight.registerAliases(["vb", "vba"], { languageName: "vbnet" });

/** HTML of code in a language that is known; null for others. */
export function highlighted(code: string, language: string): string | null {
  if (!highlight.getLanguage(language)) return null;
  return highlight.highlight(code, { language, ignoreIllegals: true }).value;
}
