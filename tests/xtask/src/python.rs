//! Python packages that tests compare with. Nothing that is shipped uses Python.

use std::fs;

use crate::command::{command, run_quietly, say};
use crate::failure::{Explain, Result};
use crate::places::Places;

/// What renders chat templates as the models' authors do.
const JINJA: (&str, &[&str]) =
    ("jinja2==3.1.6", &["85ece4451f492d0c13c5dd7c13a64681a86afae63a5f347908daf103ce6d2f67"]);
/// Its only dependency: a wheel for each of CPython 3.11 to 3.13 on x86-64 and ARM Linux, on macOS and on Windows.
const MARKUPSAFE: (&str, &[&str]) = ("markupsafe==3.0.3", &[
    "4bd4cd07944443f5a265608cc6aab442e4f74dff8088b0dfc8238647b8f6ae9a",
    "6b5420a1d9450023228968e7e6a9ce57f65d148ab56d2313fcd589eee96a7a50",
    "0bf2a864d67e76e5c9a34dc26ec616a66b9888e25e7b9460e1c76d3293bd9dbf",
    "de8a88e63464af587c950061a5e6a67d3632e36df62b986892331d4620a35c01",
    "1872df69a4de6aead3491198eaf13810b565bdbeec3ae2dc8780f14458ec73ce",
    "3a7e8ae81ae39e62a41ec302f972ba6ae23a5c5396c8e60113e9066ef893da0d",
    "d6dd0be5b5b189d31db7cda48b91d7e0a9795f31430b7f271219ab30f1d3ac9d",
    "26a5784ded40c9e318cfc2bdb30fe164bdb8665ded9cd64d500a34fb42067b1c",
    "116bb52f642a37c115f517494ea5feb03889e04df47eeff5b130b1808ce7c219",
    "133a43e73a802c5562be9bbcd03d090aa5a1fe899db609c29e8c8d815c5f6de6",
    "ccfcd093f13f0f0b7fdd0f198b90053bf7b2f02a3927a30e63f3ccc9df56b676",
    "9a1abfdc021a164803f4d485104931fb8f8c1efd55bc6b748d2f5774e78b62c5",
]);

/// What llama.cpp's own Python package, which writes model files, computes with; wheels as above.
const NUMPY: (&str, &[&str]) = ("numpy==2.3.5", &[
    "ffe22d2b05504f786c867c8395de703937f934272eb67586817b46188b4ded6d",
    "3095bdb8dd297e5920b010e96134ed91d852d81d490e787beca7e35ae1d89cf7",
    "8cba086a43d54ca804ce711b2a940b16e452807acebe7852ff327f1ecd49b0d4",
    "a414504bef8945eae5f2d7cb7be2d4af77c5d1cb5e20b296c2c25b61dff2900c",
    "612a95a17655e213502f60cfb9bf9408efdc9eb1d5f50535cc6eb365d11b42b5",
    "8b973c57ff8e184109db042c842423ff4f60446239bd585a5131cc47f06f789d",
    "0d8163f43acde9a73c2a33605353a4f1bc4798745a8b1d73183b28e5b435ae28",
    "86945f2ee6d10cdfd67bcb4069c1662dd711f7e2a4343db5cecec06b87cf31aa",
    "ccc933afd4d20aad3c00bcef049cb40049f7f196e0397f1109dba6fed63267b0",
    "9c75442b2209b8470d6d5d8b1c25714270686f14c749028d2199c54e29f20b4d",
    "11e06aa0af8c0f05104d56450d6093ee639e15f24ecf62d417329d06e522e017",
    "00dc4e846108a382c5869e77c6ed514394bdeb3403461d25a829711041217d5b",
]);

/// What that package reads model cards with, and cannot be loaded without; wheels as above.
const YAML: (&str, &[&str]) = ("pyyaml==6.0.3", &[
    "652cb6edd41e718550aad172851962662ff2681490a8a711af6a4d288dd96824",
    "10892704fc220243f5305762e276552a0395f7beb4dbf9b14ec8fd43b57f126c",
    "b8bb0864c5a28024fac8a632c443c87c5aa6f215c0b126c449ae1a150412f31d",
    "9f3bfb4965eb874431221a3ff3fdcddc7e74e3b07799e0e84ca4a0f867d449bf",
    "fc09d0aa354569bc501d4e787133afc08552722d3ab34836a80547331bb5d4a0",
    "9149cad251584d5fb4981be1ecde53a1ca46c891a79788c0df828d2f166bda28",
    "ba1cc08a7ccde2d2ec775841541641e4548226580ab850948cbfda66a1befcdc",
    "5fcd34e47f6e0b794d17de1b4ff496c00986e1c83f7ab2fb8fcfe9616ff7477b",
    "2283a07e2c21a2aa78d9c4442724ec1eb15f5e42a723b99cb3d822d48f5f7ad1",
    "ee2922902c45ae8ccada2c5b501ab86c36525b883eff4255313a253a3160861c",
    "0f29edc409a6392443abf94b9cf89ce99889a1dd5376d94316ae5145dfedd5d6",
    "79005a0d97d5ddabfeeea4cf676af11e647e41d81c9a7722a193022accdb6b7c",
]);

/// Installs the packages into a folder of the cache where they are not there yet.
pub fn ensure(places: &Places) -> Result<()> {
    let wanted = requirements();
    let folder = places.cache.join("python");
    let stamp = folder.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|held| held == wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).explain("지난번에 받은 Python 꾸러미를 지우지 못했습니다")?;
    }
    say("시험에 쓸 Python 꾸러미를 내려받습니다.");
    let partial = places.cache.join("python.part");
    fs::create_dir_all(&partial).explain("내려받을 폴더를 만들지 못했습니다")?;
    let list = partial.join("requirements.txt");
    fs::write(&list, &wanted).explain("목록을 쓰지 못했습니다")?;
    let mut pip = command("python3", places);
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"])
        .args(["--only-binary", ":all:", "--require-hashes", "--upgrade", "--target"])
        .arg(&partial)
        .arg("-r")
        .arg(&list);
    run_quietly(&mut pip, "Python 꾸러미 내려받기")?;
    fs::rename(&partial, &folder).explain("Python 꾸러미를 제자리에 옮기지 못했습니다")
}

/// A list that pip checks every file against.
fn requirements() -> String {
    let line = |(package, hashes): (&str, &[&str])| {
        let hashes: String = hashes.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
        format!("{package}{hashes}\n")
    };
    [JINJA, MARKUPSAFE, NUMPY, YAML].map(line).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_pinned_and_checked() {
        for line in requirements().lines() {
            let (package, hashes) = line.split_once(" --hash=sha256:").expect("a hash");
            assert!(package.contains("=="), "{package}");
            for hash in hashes.split(" --hash=sha256:") {
                assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
            }
        }
    }
}
