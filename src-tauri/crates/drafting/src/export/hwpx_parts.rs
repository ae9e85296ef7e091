//! The parts of a HWPX package that are the same for every document: shapes of letters and paragraphs, frames, pages.

/// What every part of text names.
pub const NAMESPACES: &str = r#"xmlns:ha="http://www.hancom.co.kr/hwpml/2011/app" xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section" xmlns:hc="http://www.hancom.co.kr/hwpml/2011/core" xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head""#;
/// "taget" is how the format spells it.
pub const VERSION: &str = r#"<hv:HCFVersion xmlns:hv="http://www.hancom.co.kr/hwpml/2011/version" tagetApplication="WORDPROCESSOR" major="5" minor="1" micro="1" buildNumber="0" os="1" xmlVersion="1.5" application="Naratmal" appVersion="1"/>"#;
pub const CONTAINER: &str = r#"<ocf:container xmlns:ocf="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:hpf="http://www.hancom.co.kr/schema/2011/hpf"><ocf:rootfiles><ocf:rootfile full-path="Contents/content.hpf" media-type="application/hwpml-package+xml"/><ocf:rootfile full-path="Preview/PrvText.txt" media-type="text/plain"/></ocf:rootfiles></ocf:container>"#;
pub const MANIFEST: &str = r#"<odf:manifest xmlns:odf="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;
pub const SETTINGS: &str = r#"<ha:HWPApplicationSetting xmlns:ha="http://www.hancom.co.kr/hwpml/2011/app"><ha:CaretPosition listIDRef="0" paraIDRef="0" pos="0"/></ha:HWPApplicationSetting>"#;
/// A4 with the margins of official writing, one column.
pub const SECTION: &str = concat!(
    r#"<hp:run charPrIDRef="0"><hp:secPr id="" textDirection="HORIZONTAL" spaceColumns="1134" tabStop="8000" tabStopVal="4000" tabStopUnit="HWPUNIT" outlineShapeIDRef="1" memoShapeIDRef="0" textVerticalWidthHead="0" masterPageCnt="0">"#,
    r#"<hp:grid lineGrid="0" charGrid="0" wonggojiFormat="0"/><hp:startNum pageStartsOn="BOTH" page="0" pic="0" tbl="0" equation="0"/>"#,
    r#"<hp:visibility hideFirstHeader="0" hideFirstFooter="0" hideFirstMasterPage="0" border="SHOW_ALL" fill="SHOW_ALL" hideFirstPageNum="0" hideFirstEmptyLine="0" showLineNumber="0"/>"#,
    r#"<hp:lineNumberShape restartType="0" countBy="0" distance="0" startNumber="0"/>"#,
    r#"<hp:pagePr landscape="WIDELY" width="59528" height="84188" gutterType="LEFT_ONLY"><hp:margin header="2834" footer="2834" gutter="0" left="5669" right="5669" top="5669" bottom="4252"/></hp:pagePr>"#,
    r##"<hp:footNotePr><hp:autoNumFormat type="DIGIT" userChar="" prefixChar="" suffixChar=")" supscript="0"/><hp:noteLine length="-1" type="SOLID" width="0.12 mm" color="#000000"/><hp:noteSpacing betweenNotes="283" belowLine="567" aboveLine="850"/><hp:numbering type="CONTINUOUS" newNum="1"/><hp:placement place="EACH_COLUMN" beneathText="0"/></hp:footNotePr>"##,
    r##"<hp:endNotePr><hp:autoNumFormat type="DIGIT" userChar="" prefixChar="" suffixChar=")" supscript="0"/><hp:noteLine length="14692344" type="SOLID" width="0.12 mm" color="#000000"/><hp:noteSpacing betweenNotes="0" belowLine="567" aboveLine="850"/><hp:numbering type="CONTINUOUS" newNum="1"/><hp:placement place="END_OF_DOCUMENT" beneathText="0"/></hp:endNotePr>"##,
    r#"<hp:pageBorderFill type="BOTH" borderFillIDRef="1" textBorder="PAPER" headerInside="0" footerInside="0" fillArea="PAPER"><hp:offset left="1417" right="1417" top="1417" bottom="1417"/></hp:pageBorderFill>"#,
    r#"<hp:pageBorderFill type="EVEN" borderFillIDRef="1" textBorder="PAPER" headerInside="0" footerInside="0" fillArea="PAPER"><hp:offset left="1417" right="1417" top="1417" bottom="1417"/></hp:pageBorderFill>"#,
    r#"<hp:pageBorderFill type="ODD" borderFillIDRef="1" textBorder="PAPER" headerInside="0" footerInside="0" fillArea="PAPER"><hp:offset left="1417" right="1417" top="1417" bottom="1417"/></hp:pageBorderFill>"#,
    r#"</hp:secPr><hp:ctrl><hp:colPr id="" type="NEWSPAPER" layout="LEFT" colCount="1" sameSz="1" sameGap="0"/></hp:ctrl></hp:run>"#,
);

// Shapes of letters, by their ids.
pub const BODY_CHAR: u32 = 0;
pub const TITLE_CHAR: u32 = 1;
pub const HEADING_CHARS: [u32; 3] = [2, 3, 4];
pub const GRADE_CHAR: u32 = 5;
pub const NOTICE_CHAR: u32 = 6;
pub const CELL_CHAR: u32 = 7;
pub const HEADER_CELL_CHAR: u32 = 8;

/// Height in hundredths of a point, bold, and colour, in the order of the ids.
const CHARS: [(u32, bool, &str); 9] = [
    (1200, false, "#000000"),
    (2000, true, "#000000"),
    (1600, true, "#000000"),
    (1400, true, "#000000"),
    (1200, true, "#000000"),
    (1100, true, "#000000"),
    (900, false, "#555555"),
    (1100, false, "#000000"),
    (1100, true, "#000000"),
];

/// Shapes of paragraphs, by their ids; those below are of text, by its indent.
const INDENTS: u32 = 9;
pub const TITLE_PARA: u32 = INDENTS;
pub const HEADING_PARA: u32 = INDENTS + 1;
pub const GRADE_PARA: u32 = INDENTS + 2;
pub const NOTICE_PARA: u32 = INDENTS + 3;
pub const CELL_PARA: u32 = INDENTS + 4;
pub const HEADER_CELL_PARA: u32 = INDENTS + 5;

/// Alignment, space before and behind in hundredths of a point, and height of lines in hundredths, in the order of the
/// ids behind those of text.
const PARAS: [(&str, u32, u32, u32); 6] = [
    ("CENTER", 600, 1200, 130),
    ("LEFT", 800, 200, 160),
    ("RIGHT", 0, 400, 130),
    ("JUSTIFY", 300, 0, 130),
    ("JUSTIFY", 0, 0, 130),
    ("CENTER", 0, 0, 130),
];
/// A letter of half a width at 12 points, in hundredths of a point.
const HALF: u32 = 600;

/// The shape of a paragraph of text that is moved in by so many letters of half a width.
pub fn body_para(indent: u8) -> u32 {
    u32::from(indent / 2).min(INDENTS - 1)
}

/// What the package holds. `title` is XML already.
pub fn package(title: &str) -> String {
    let item = |id: &str, href: &str| format!("<opf:item id=\"{id}\" href=\"{href}\" media-type=\"application/xml\"/>");
    format!(
        "<opf:package xmlns:opf=\"http://www.idpf.org/2007/opf/\" version=\"\" unique-identifier=\"\" id=\"\"><opf:metadata>\
         <opf:title>{title}</opf:title><opf:language>ko</opf:language></opf:metadata><opf:manifest>{}{}{}</opf:manifest>\
         <opf:spine><opf:itemref idref=\"header\" linear=\"yes\"/><opf:itemref idref=\"section0\" linear=\"yes\"/></opf:spine>\
         </opf:package>",
        item("header", "Contents/header.xml"),
        item("section0", "Contents/section0.xml"),
        item("settings", "settings.xml"),
    )
}

/// All shapes that text refers to.
pub fn header() -> String {
    let fonts = listed("fontfaces", LANGUAGES.map(font));
    let chars = listed("charProperties", (0..).zip(CHARS).map(|(id, looks)| char(id, looks)));
    let bodies = (0..INDENTS).map(|id| para(id, ("JUSTIFY", 0, 0, 160), 2 * id * HALF));
    let paras = bodies.chain((INDENTS..).zip(PARAS).map(|(id, looks)| para(id, looks, 0)));
    format!(
        "<hh:head {NAMESPACES} version=\"1.5\" secCnt=\"1\"><hh:beginNum page=\"1\" footnote=\"1\" endnote=\"1\" pic=\"1\" tbl=\"1\" \
         equation=\"1\"/><hh:refList>{fonts}{}{chars}<hh:tabProperties itemCnt=\"1\"><hh:tabPr id=\"0\" autoTabLeft=\"0\" \
         autoTabRight=\"0\"/></hh:tabProperties>{}{}<hh:styles itemCnt=\"1\"><hh:style id=\"0\" type=\"PARA\" name=\"바탕글\" \
         engName=\"Normal\" paraPrIDRef=\"0\" charPrIDRef=\"0\" nextStyleIDRef=\"0\" langID=\"1042\" lockForm=\"0\"/></hh:styles>\
         </hh:refList><hh:compatibleDocument targetProgram=\"HWP201X\"><hh:layoutCompatibility/></hh:compatibleDocument>\
         <hh:docOption><hh:linkinfo path=\"\" pageInherit=\"0\" footnoteInherit=\"0\"/></hh:docOption></hh:head>",
        listed(
            "borderFills",
            [frame(1, false, ""), frame(2, false, ""), frame(3, true, ""), frame(4, true, "#E9EDF2")]
        ),
        listed("numberings", [numbering()]),
        listed("paraProperties", paras),
    )
}

const LANGUAGES: [&str; 7] = ["HANGUL", "LATIN", "HANJA", "JAPANESE", "OTHER", "SYMBOL", "USER"];

fn listed(name: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("<hh:{name} itemCnt=\"{}\">{}</hh:{name}>", items.len(), items.concat())
}

fn font(language: &str) -> String {
    format!(
        "<hh:fontface lang=\"{language}\" fontCnt=\"1\"><hh:font id=\"0\" face=\"함초롬바탕\" type=\"TTF\" isEmbedded=\"0\"/></hh:fontface>"
    )
}

/// An attribute for each of the languages.
fn each(value: &str) -> String {
    LANGUAGES.map(|language| format!(" {}=\"{value}\"", language.to_lowercase())).concat()
}

fn char(id: u32, (height, bold, colour): (u32, bool, &str)) -> String {
    let bold = if bold { "<hh:bold/>" } else { "" };
    format!(
        "<hh:charPr id=\"{id}\" height=\"{height}\" textColor=\"{colour}\" shadeColor=\"none\" useFontSpace=\"0\" useKerning=\"0\" \
         symMark=\"NONE\" borderFillIDRef=\"2\"><hh:fontRef{zero}/><hh:ratio{hundred}/><hh:spacing{zero}/><hh:relSz{hundred}/>\
         <hh:offset{zero}/>{bold}<hh:underline type=\"NONE\" shape=\"SOLID\" color=\"#000000\"/><hh:strikeout shape=\"NONE\" \
         color=\"#000000\"/><hh:outline type=\"NONE\"/><hh:shadow type=\"NONE\" color=\"#B2B2B2\" offsetX=\"10\" offsetY=\"10\"/></hh:charPr>",
        zero = each("0"),
        hundred = each("100"),
    )
}

fn para(id: u32, (align, before, behind, height): (&str, u32, u32, u32), left: u32) -> String {
    let margin = |name: &str, value: u32| format!("<hc:{name} value=\"{value}\" unit=\"HWPUNIT\"/>");
    format!(
        "<hh:paraPr id=\"{id}\" tabPrIDRef=\"0\" condense=\"0\" fontLineHeight=\"0\" snapToGrid=\"1\" suppressLineNumbers=\"0\" checked=\"0\">\
         <hh:align horizontal=\"{align}\" vertical=\"BASELINE\"/><hh:heading type=\"NONE\" idRef=\"0\" level=\"0\"/>\
         <hh:breakSetting breakLatinWord=\"KEEP_WORD\" breakNonLatinWord=\"KEEP_WORD\" widowOrphan=\"0\" keepWithNext=\"0\" \
         keepLines=\"0\" pageBreakBefore=\"0\" lineWrap=\"BREAK\"/><hh:autoSpacing eAsianEng=\"0\" eAsianNum=\"0\"/><hh:margin>{}{}{}{}{}\
         </hh:margin><hh:lineSpacing type=\"PERCENT\" value=\"{height}\" unit=\"HWPUNIT\"/><hh:border borderFillIDRef=\"2\" offsetLeft=\"0\" \
         offsetRight=\"0\" offsetTop=\"0\" offsetBottom=\"0\" connect=\"0\" ignoreMargin=\"0\"/></hh:paraPr>",
        margin("intent", 0),
        margin("left", left),
        margin("right", 0),
        margin("prev", before),
        margin("next", behind),
    )
}

fn frame(id: u32, solid: bool, fill: &str) -> String {
    let line = if solid { "SOLID" } else { "NONE" };
    let sides = ["left", "right", "top", "bottom"]
        .map(|side| format!("<hh:{side}Border type=\"{line}\" width=\"0.12 mm\" color=\"#000000\"/>"))
        .concat();
    let fill = match fill {
        "" => String::new(),
        colour => format!(
            "<hc:fillBrush><hc:winBrush faceColor=\"{colour}\" hatchColor=\"#999999\" alpha=\"0\"/></hc:fillBrush>"
        ),
    };
    format!(
        "<hh:borderFill id=\"{id}\" threeD=\"0\" shadow=\"0\" centerLine=\"NONE\" breakCellSeparateLine=\"0\">\
         <hh:slash type=\"NONE\" Crooked=\"0\" isCounter=\"0\"/><hh:backSlash type=\"NONE\" Crooked=\"0\" isCounter=\"0\"/>{sides}\
         <hh:diagonal type=\"SOLID\" width=\"0.1 mm\" color=\"#000000\"/>{fill}</hh:borderFill>"
    )
}

/// The outline that a section has to name. No paragraph follows it: the signs of items are text.
fn numbering() -> String {
    let level = |level: usize| {
        format!(
            "<hh:paraHead start=\"1\" level=\"{level}\" align=\"LEFT\" useInstWidth=\"1\" autoIndent=\"1\" widthAdjust=\"0\" \
             textOffsetType=\"PERCENT\" textOffset=\"50\" numFormat=\"DIGIT\" charPrIDRef=\"4294967295\" checkable=\"0\">^{level}.</hh:paraHead>"
        )
    };
    format!("<hh:numbering id=\"1\" start=\"0\">{}</hh:numbering>", (1..=7).map(level).collect::<String>())
}
