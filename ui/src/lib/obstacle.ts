/** Why a question cannot be sent now; null where it can. */
import type { Status } from "./contract";

interface Circumstances {
  status: Status | null;
  /** A question is on its way: that of the conversation shown, or of another. */
  answering: "here" | "elsewhere" | null;
  /** What is wrong with the choice of documents. */
  scope: string | null;
}

export function obstacleTo({ status, answering, scope }: Circumstances): string | null {
  if (answering === "here") return "답변을 작성하고 있습니다. Esc 키로 중지할 수 있습니다.";
  if (answering === "elsewhere") return "다른 대화에서 답변을 작성하고 있습니다.";
  switch (status?.engine.state) {
    case "ready":
      return status.library.state === "ready" ? scope : "자료함을 여는 중입니다.";
    case "none":
      return "왼쪽 아래에서 모델을 선택하면 물을 수 있습니다.";
    case "failed":
      return "모델을 불러오지 못했습니다. 왼쪽 아래에서 이유를 확인해 주십시오.";
    default:
      return "모델을 불러오는 중입니다. 미리 입력해 두실 수 있습니다.";
  }
}
