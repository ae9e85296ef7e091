import { expect, test } from "vitest";
import { plain, withoutMarks } from "../src/lib/plain";

test.each([
  ["**굵게** 쓰고 `코드`와 *기울임*", "굵게 쓰고 코드와 기울임"],
  ["## 개요\n\n본문입니다.\n둘째 줄", "개요\n\n본문입니다.\n둘째 줄"],
  ["- 하나\n- 둘\n  - 셋", "- 하나\n- 둘\n  - 셋"],
  ["3. 셋\n4. 넷", "3. 셋\n4. 넷"],
  ["| 구분 | 일수 |\n|---|--:|\n| **연가** | 15일 [1] |", "구분\t일수\n연가\t15일 [1]"],
  ["> 인용한 글", "인용한 글"],
  ["```\n코드  그대로\n```", "코드  그대로"],
  ["가 < 나 & 다 <b>라</b>", "가 < 나 & 다 <b>라</b>"],
  ["앞\n\n---\n\n뒤", "앞\n\n뒤"],
  ["", ""],
])("as text: %j", (markdown, text) => expect(plain(markdown)).toBe(text));

test("marks are left out of what is checked as writing", () => {
  expect(withoutMarks("연가는 15일입니다. [1][2] 병가는 60일입니다. [?]")).toBe("연가는 15일입니다. 병가는 60일입니다.");
});
