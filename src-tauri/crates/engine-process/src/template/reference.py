"""Renders chat templates as Hugging Face transformers does (utils/chat_template_utils.py), for the tests to compare with.

Reads {"templates": [paths], "conversations": [[{"role", "content"}]], "variables": {...}} as JSON; writes, for each
template, for each conversation, the text or null where the template raises.
"""

import json
import sys
from datetime import datetime

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """`{% generation %}` marks what is trained on and prints what is in it."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_print"), [], [], body).set_lineno(line)

    def _print(self, caller):
        return caller()


def raise_exception(message):
    raise TemplateError(message)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
)
environment.filters["tojson"] = to_json
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)


def rendered(template, conversation, variables):
    try:
        return template.render(messages=conversation, tools=None, documents=None, **variables)
    except Exception:
        return None


asked = json.load(sys.stdin)
answers = []
for path in asked["templates"]:
    with open(path, encoding="utf-8") as file:
        template = environment.from_string(file.read())
    answers.append([rendered(template, turns, asked["variables"]) for turns in asked["conversations"]])
json.dump(answers, sys.stdout)
