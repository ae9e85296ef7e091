/**
 * What the shell says without a code: what could not be read of a document, why a grade was proposed, and what is wrong with
 * the audit trail. By its Korean, in which `{}` stands for what differs from case to case; `{1}` is the first of them in English.
 */
export const sentences: Record<string, string> = {
  // What could not be read
  "파일이 손상되었거나 끝이 잘려 있어 남은 부분만 읽었습니다. 원본을 다시 받아 추가하십시오.":
    "The file is damaged or cut off, so only what is left of it was read. Get the original again and add it.",
  "변경 내용 추적에서 삭제된 글은 읽지 않았습니다.": "Text that a tracked change deleted was not read.",
  "{} 구역이 손상되어 일부를 읽지 못했습니다. 원본을 확인하십시오.": "Sections ({1}) are damaged and were not read in full. Check the original.",
  "'{}'을(를) 읽지 못했습니다: {}": "‘{1}’ could not be read: {2}",
  "첨부 '{}'을(를) 읽지 못했습니다: {}": "The attachment ‘{1}’ could not be read: {2}",
  "압축 파일 안에서 읽을 수 없는 형식의 파일 {}개를 건너뛰었습니다: {}": "Files in the archive that are of a kind that cannot be read were passed over ({1}): {2}",
  "알아볼 수 없는 글자가 있습니다. UTF-8로 저장하여 다시 추가하십시오.": "Some characters cannot be made out. Save the file as UTF-8 and add it again.",
  "알아볼 수 없는 글자가 있습니다. 원본을 확인하십시오.": "Some characters cannot be made out. Check the original.",
  "메일 본문의 단계가 너무 깊어 일부를 읽지 못했습니다. 원본을 확인하십시오.": "The mail is nested too deeply, so some of it was not read. Check the original.",
  "문서의 단계가 너무 깊어 일부를 읽지 못했습니다. 원본을 확인하십시오.": "The document is nested too deeply, so some of it was not read. Check the original.",
  "일부 행을 읽지 못했습니다. 원본을 확인하십시오. ({})": "Some rows were not read. Check the original. ({1})",
  "시트 {}을(를) 읽지 못했습니다. 원본을 확인하십시오.": "Sheets that could not be read: {1}. Check the original.",
  "파일이 손상되어 일부를 읽지 못했습니다({}). 원본을 다시 받아 추가하십시오.":
    "The file is damaged, so some of it was not read ({1}). Get the original again and add it.",
  "파일이 손상되어 {}쪽을 읽지 못했습니다. 원본을 다시 받아 추가하십시오.":
    "The file is damaged, so pages {1} were not read. Get the original again and add it.",
  "파일이 손상되어 남아 있는 내용만 읽었습니다. 빠진 쪽이 있는지 원본과 대조하십시오.":
    "The file is damaged, so only what is left of it was read. Compare it with the original for missing pages.",
  "PDF 구성 요소(pdfium)가 없어 예비 방식으로 읽었습니다. 띄어쓰기나 순서가 원본과 다를 수 있으니 확인하십시오.":
    "The PDF component (pdfium) is missing, so a substitute read the file. Spaces and order may differ from the original.",
  "{}쪽은 예비 방식으로 읽었습니다. 띄어쓰기나 순서가 원본과 다를 수 있으니 확인하십시오.":
    "Pages {1} were read by a substitute. Spaces and order may differ from the original.",
  "{}쪽은 문자 인식(OCR)으로 읽었습니다. 숫자와 이름은 원본과 대조하십시오.":
    "Pages {1} were read by character recognition (OCR). Compare numbers and names with the original.",
  "{}쪽은 그림이거나 글꼴 정보가 빠져 읽지 못했습니다. 문자 인식(OCR)이 설치되어 있지 않거나 인식하지 못했으니 원본을 확인하십시오.":
    "Pages {1} are pictures or lack font information, and were not read: character recognition (OCR) is not installed or made nothing of them. Check the original.",
  "{}쪽은 문자 인식(OCR)이 되지 않아 읽지 못했습니다. 원본을 확인하십시오.":
    "Pages {1} were not read, as character recognition (OCR) made nothing of them. Check the original.",
  "{}쪽은 띄어쓰기 없이 저장되어 있습니다. 인용할 때 원본과 대조하십시오.":
    "Pages {1} are stored without spaces. Compare what you quote with the original.",

  // Why a grade was proposed
  "파일 이름에 ‘{}’ 표시가 있습니다.": "The file’s name is marked ‘{1}’.",
  "본문에 ‘{}’ 표시가 있습니다.": "The text is marked ‘{1}’.",
  "주민등록번호 같은 고유식별정보가 {}건 있습니다.": "It holds identification numbers such as resident registration numbers: {1}.",
  "계좌번호나 카드번호가 {}건 있습니다.": "It holds account or card numbers: {1}.",
  "이름과 연락처 같은 개인정보가 {}건 있습니다.": "It holds personal information such as names and contacts: {1}.",
  "공개하지 못할 표시나 개인정보를 찾지 못했습니다.": "No marking or personal information was found that would keep it from being made public.",
  "기관 정책이 정한 기본 등급입니다.": "It is the lowest grade that your agency’s policy allows.",

  // What is wrong with the audit trail
  "{}번 기록이 바뀌었거나 자리가 옮겨졌습니다. 백업의 감사 기록과 비교하십시오.": "Entry {1} was changed or moved. Compare it with the audit trail of a backup.",
  "{}번 기록이 빠져 있습니다.": "Entry {1} is missing.",
  "{}번부터 {}번까지의 기록이 빠져 있습니다.": "Entries {1} to {2} are missing.",
  "마지막 기록({}번)이 지워졌습니다.": "The last entry ({1}) was deleted.",
  "마지막 기록들({}번부터 {}번까지)이 지워졌습니다.": "The last entries ({1} to {2}) were deleted.",
  "{}번까지의 기록이 다시 쓰였습니다. 백업의 감사 기록과 비교하십시오.": "The entries up to {1} were written anew. Compare them with the audit trail of a backup.",
  "감사 기록의 마지막 위치를 적어 둔 파일이 없습니다. 기록이 지워졌는지 알 수 없으니 백업과 비교하십시오.":
    "The file that notes where the audit trail ends is missing. Whether entries were deleted is not known: compare it with a backup.",
};
