/** The steps of the first start. Once they are taken, or put off, they are shown no more. */
import { load, save } from "./stored";

const KEY = "first-steps-over";

class FirstSteps {
  over = $state(load(KEY, false));

  end(): void {
    if (this.over) return;
    this.over = true;
    save(KEY, true);
  }
}

export const first = new FirstSteps();
