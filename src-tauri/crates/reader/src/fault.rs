//! Why a document was not read, with what the person can do about it.

use wire::Failure;

/// What is said of a document of which only a part is left.
pub const CUT: &str = "파일이 손상되었거나 끝이 잘려 있어 남은 부분만 읽었습니다. 원본을 다시 받아 추가하십시오.";

/// The limits on this process could not be set; reading without them is not an option.
pub fn confinement(detail: impl ToString) -> Failure {
    Failure::new(
        "document_confinement",
        "문서를 안전하게 열 준비를 하지 못했습니다. 프로그램을 다시 시작하고, 계속되면 관리자에게 문의하십시오.",
        detail,
    )
}

/// The file could not be read from the disk.
pub fn unreadable(detail: impl ToString) -> Failure {
    Failure::new(
        "document_unreadable",
        "파일을 읽지 못했습니다. 파일이 그 자리에 있는지, 읽을 권한이 있는지 확인하십시오.",
        detail,
    )
}

/// Cut short or corrupt.
pub fn damaged(detail: impl ToString) -> Failure {
    Failure::new(
        "document_damaged",
        "파일이 손상되었거나 일부가 빠져 있습니다. 원본을 다시 받아 추가하십시오.",
        detail,
    )
}

/// Opens with a password only.
pub fn password(detail: impl ToString) -> Failure {
    Failure::new(
        "document_password",
        "암호가 걸린 문서입니다. 암호를 입력하십시오.",
        detail,
    )
}

/// Opens with another password than the one that was typed.
pub fn wrong_password(detail: impl ToString) -> Failure {
    Failure::new(
        "document_password_wrong",
        "암호가 맞지 않습니다. 대문자와 한/영 상태를 확인하고 다시 입력하십시오.",
        detail,
    )
}

/// Encrypted in a way that is not undone here.
pub fn locked(advice: &str, detail: impl ToString) -> Failure {
    Failure::new(
        "document_locked",
        format!("암호가 걸린 문서입니다. 이 형식의 암호는 여기서 풀 수 없습니다. {advice}"),
        detail,
    )
}

/// Needs more memory than a document may take.
pub fn memory() -> Failure {
    Failure::new(
        "document_memory",
        "문서를 여는 데 메모리가 1 GB 넘게 필요하여 멈추었습니다. 출처를 확인하고, 믿을 수 있는 문서라면 나누어 저장한 뒤 다시 추가하십시오.",
        "",
    )
}

/// Expands to far more than it may.
pub fn bomb(detail: impl ToString) -> Failure {
    Failure::new(
        "document_bomb",
        "압축을 풀면 비정상적으로 커지는 파일이어서 열지 않았습니다. 출처를 확인하고, 믿을 수 있는 문서라면 나누어 저장한 뒤 다시 추가하십시오.",
        detail,
    )
}

/// Not a document that is read here. `advice` says how to make it one.
pub fn unknown(advice: &str, detail: impl ToString) -> Failure {
    let advice = if advice.is_empty() {
        "HWP, HWPX, PDF, DOCX, XLSX, PPTX 또는 텍스트 파일로 저장하여 다시 추가하십시오."
    } else {
        advice
    };
    Failure::new("document_unknown_type", format!("읽을 수 없는 형식의 파일입니다. {advice}"), detail)
}

/// A document in too many documents.
pub fn too_deep(detail: impl ToString) -> Failure {
    Failure::new(
        "document_too_deep",
        "다른 문서나 압축 파일 안에 너무 깊이 들어 있습니다. 따로 꺼내어 추가하십시오.",
        detail,
    )
}

/// Built as no program builds a document.
pub fn hostile(detail: impl ToString) -> Failure {
    Failure::new(
        "document_hostile",
        "구조가 비정상적인 파일이어서 열지 않았습니다. 출처를 확인하고, 믿을 수 있는 문서라면 다른 형식으로 저장하여 다시 추가하십시오.",
        detail,
    )
}

/// Nothing in it to search.
pub fn empty(warnings: &[String]) -> Failure {
    Failure::new(
        "document_empty",
        "문서에 글자가 없습니다. 내용이 그림뿐이라면 글자가 있는 문서로 다시 저장하여 추가하십시오.",
        warnings.join(" "),
    )
}

/// Pages that are pictures of text, or whose fonts do not say which letters they draw, and that no recogniser read.
pub fn scanned(pages: usize) -> Failure {
    Failure::new(
        "document_scanned",
        "스캔한 그림이거나 글꼴 정보가 빠진 PDF여서 읽을 글자가 없습니다. 문자 인식(OCR)이 설치되어 있지 않거나 인식하지 못했으니, \
         문자 인식 구성 요소를 설치하여 다시 추가하거나 원본 문서를 추가하십시오.",
        format!("{pages} pages, none with text"),
    )
}

/// A picture that no recogniser read.
pub fn picture_unread(pages: usize) -> Failure {
    Failure::new(
        "document_scanned",
        "그림 파일이어서 문자 인식(OCR)이 있어야 읽을 수 있습니다. 문자 인식이 설치되어 있지 않거나 인식하지 못했으니, \
         문자 인식 구성 요소를 설치하여 다시 추가하거나 원본 문서를 추가하십시오.",
        format!("{pages} pages of pictures, none recognised"),
    )
}
