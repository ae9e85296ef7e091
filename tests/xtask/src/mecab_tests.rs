use super::*;

const NUL: &[u8] = b"\0";

type Row<'a> = (u16, u16, i16, &'a str);

/// A lexicon of a few surfaces, laid out as Darts does: every node gets a base of its own, far from the others'.
fn lexicon(entries: &[(&str, &[Row])]) -> Vec<u8> {
    let mut nodes: Vec<Vec<u8>> = vec![Vec::new()];
    for (surface, _) in entries {
        for end in 1..=surface.len() {
            let prefix = surface.as_bytes()[..end].to_vec();
            if !nodes.contains(&prefix) {
                nodes.push(prefix);
            }
        }
    }
    let base = |node: &[u8]| 1 + 300 * nodes.iter().position(|n| n == node).expect("a node");
    let mut units = vec![(0i32, 0u32); 1 + 300 * (nodes.len() + 1)];
    units[0] = (base(b"") as i32, 0);
    for node in nodes.iter().filter(|node| !node.is_empty()) {
        let parent = base(&node[..node.len() - 1]);
        units[parent + usize::from(node[node.len() - 1]) + 1] = (base(node) as i32, parent as u32);
    }
    let (mut tokens, mut features, mut count) = (Vec::new(), Vec::new(), 0);
    for (surface, rows) in entries {
        let own = base(surface.as_bytes());
        units[own] = (-(((count << 8) | rows.len()) as i32) - 1, own as u32);
        for (left, right, cost, feature) in *rows {
            tokens.extend(left.to_le_bytes());
            tokens.extend(right.to_le_bytes());
            tokens.extend(0u16.to_le_bytes());
            tokens.extend(cost.to_le_bytes());
            tokens.extend((features.len() as u32).to_le_bytes());
            tokens.extend(0u32.to_le_bytes());
            features.extend(feature.as_bytes());
            features.extend(NUL);
            count += 1;
        }
    }
    let units: Vec<u8> = units
        .iter()
        .flat_map(|(b, c)| [b.to_le_bytes(), c.to_le_bytes()].concat())
        .collect();
    let sizes = [
        0,
        102,
        0,
        count,
        0,
        0,
        units.len(),
        tokens.len(),
        features.len(),
        0,
    ];
    let mut bytes: Vec<u8> = sizes
        .iter()
        .flat_map(|n| (*n as u32).to_le_bytes())
        .collect();
    bytes.resize(HEADER, 0);
    [bytes, units, tokens, features].concat()
}

fn csv(bytes: &[u8]) -> Result<(String, Rows)> {
    let mut out = Vec::new();
    let rows = lexicon_to_csv(bytes, &mut out)?;
    Ok((String::from_utf8(out).expect("UTF-8"), rows))
}

#[test]
fn a_lexicon_comes_back_as_rows() {
    let bytes = lexicon(&[
        ("가", &[(1, 2, -3, "JKS,*,F,가")]),
        ("가다", &[(4, 5, 6, "VV,*,F,가다"), (7, 8, 9, "\"a,b\",*")]),
        (",", &[(10, 11, 12, "SC,*")]),
    ]);
    let (text, rows) = csv(&bytes).expect("readable");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "\",\",10,11,12,SC,*",
            "가,1,2,-3,JKS,*,F,가",
            "가다,4,5,6,VV,*,F,가다",
            "가다,7,8,9,\"a,b\",*"
        ]
    );
    assert_eq!(
        rows,
        Rows {
            written: 4,
            promised: 4
        }
    );
}

#[test]
fn a_cut_off_lexicon_is_an_error() {
    let bytes = lexicon(&[("가", &[(1, 2, 3, "NNG,*")])]);
    for length in [0, 10, HEADER, bytes.len() / 2, bytes.len() - 1] {
        assert!(
            csv(&bytes[..length]).is_err(),
            "{length} bytes were accepted"
        );
    }
}

#[test]
fn a_matrix_comes_back_row_by_row() {
    let mut bytes = vec![2, 0, 3, 0];
    for cost in [1i16, -2, 3, 4, 5, -600] {
        bytes.extend(cost.to_le_bytes());
    }
    let mut out = Vec::new();
    matrix_to_def(&bytes, &mut out).expect("readable");
    assert_eq!(
        String::from_utf8_lossy(&out),
        "2 3\n0 0 1\n1 0 -2\n0 1 3\n1 1 4\n0 2 5\n1 2 -600\n"
    );
    assert!(matrix_to_def(&bytes[..bytes.len() - 1], &mut Vec::new()).is_err());
}

#[test]
fn characters_come_back_as_categories_and_ranges() {
    let info = |types: u32, default: u32, length: u32, group: u32, invoke: u32| {
        types | default << 18 | length << 26 | group << 30 | invoke << 31
    };
    let mut bytes = 2u32.to_le_bytes().to_vec();
    for name in ["DEFAULT", "HANGUL"] {
        let mut field = name.as_bytes().to_vec();
        field.resize(CATEGORY_NAME, 0);
        bytes.extend(field);
    }
    for code in 0..0xffffu32 {
        let hangul = (0xac00..=0xd7a3).contains(&code) || code == 0xfeff;
        let value = if hangul {
            info(0b11, 1, 2, 1, 0)
        } else {
            info(0b01, 0, 0, 1, 1)
        };
        bytes.extend(value.to_le_bytes());
    }
    assert_eq!(
        characters_to_def(&bytes).expect("readable"),
        "DEFAULT 1 1 0\nHANGUL 0 1 2\n0xAC00..0xD7A3 HANGUL DEFAULT\n"
    );
    assert!(characters_to_def(&bytes[..100]).is_err());
}
