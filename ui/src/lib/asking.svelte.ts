/** The conversation that is shown, and the question that is on its way: the next one, another wording, another answer. */
import { Channel } from "@tauri-apps/api/core";
import { api, asFailure } from "./api";
import type { AskEvent, Message, Rating } from "./contract";
import { pane } from "./pane.svelte";
import { Shelf } from "./shelf.svelte";
import { advance, begin, shownWith, unsaved, type Turn } from "./turn";

type Sent = { documentIds: number[]; events: Channel<AskEvent> };

export abstract class Asking extends Shelf {
  turn = $state.raw<Turn | null>(null);
  stopping = $state(false);
  /** The question that is being worded anew, and how far. */
  editing = $state.raw<{ id: number; text: string } | null>(null);
  #messages = $state.raw<Message[]>([]);
  /** Tells the turn's own events from those of one before. */
  #turnSerial = 0;

  /** The turn, where it belongs to the conversation shown. */
  live = $derived(this.turn?.conversation === this.current ? this.turn : null);
  // What follows stays as it is while an answer grows, so that each of its words changes nothing else on the page.
  /** Where a question is being answered: in the conversation shown, or in another. */
  answering = $derived<"here" | "elsewhere" | null>(this.turn && (this.live ? "here" : "elsewhere"));
  /** The conversation in which one is; null for none, and for one that is not saved yet. */
  answeringIn = $derived(this.turn?.conversation ?? null);
  #question = $derived(this.live?.question ?? null);
  #instead = $derived(this.live?.instead ?? null);
  messages = $derived(this.#question ? shownWith(this.#question, this.#instead, this.#messages) : this.#messages);

  /** The documents that a question is asked of. */
  abstract readonly scope: number[];
  /** Why nothing can be asked in the scope; null where it can. */
  abstract readonly scopeObstacle: string | null;
  abstract closeSource(): void;

  async openConversation(id: number | null): Promise<void> {
    void this.drafts.save();
    this.closeSource();
    pane.show("chat");
    this.current = id;
    this.#messages = [];
    await this.attempt(() => this.loadMessages());
  }

  protected async loadMessages(): Promise<void> {
    const id = this.current;
    if (id === null) return;
    const { messages } = await api.conversation(id);
    if (this.current === id) this.#messages = messages;
  }

  // Branches

  /** Shows the newest branch that goes through a message. Whether it does. */
  async switchBranch(message: number): Promise<boolean> {
    // The answer that is being written belongs to what is shown.
    if (this.live) return false;
    return this.attempt(async () => {
      const { id, messages } = await api.switchBranch(message);
      if (this.current === id) this.#messages = messages;
    });
  }

  /** What the person thinks of an answer; said twice it is taken back. */
  async rate({ id, rating: before }: Message, said: Rating): Promise<void> {
    const rating = before === said ? 0 : said;
    await this.attempt(async () => {
      await api.rateMessage(id, rating, null);
      this.#messages = this.#messages.map((each) => (each.id === id ? { ...each, rating, rating_note: null } : each));
    });
  }

  // Asking

  /** Without documents the model would answer from what it knows, which is not what was chosen. */
  #may(): boolean {
    if (this.turn) return false;
    if (this.scopeObstacle === null) return true;
    this.say(this.scopeObstacle);
    return false;
  }

  async ask(question: string): Promise<void> {
    if (!this.#may()) return;
    const { current: conversationId } = this;
    const drafted = this.drafts.of(conversationId).trim() === question.trim();
    const saving = drafted ? this.drafts.take(conversationId) : null;
    const turn = begin(conversationId, unsaved(-this.next(), "user", question), this.scope);
    const send = async (sent: Sent) => {
      if (saving) await saving;
      await api.ask({ conversationId, question, ...sent });
    };
    await this.#run(turn, send, () => this.drafts.giveBack(conversationId, question));
  }

  /** Another wording of a question, beside that one; the same words are asked again. */
  async edit(message: Message, question: string): Promise<void> {
    if (question === message.text.trim()) return this.again(message);
    if (!this.#may()) return;
    this.editing = null;
    const { id: messageId, parent } = message;
    const turn = begin(this.current, { ...unsaved(-this.next(), "user", question), parent }, this.scope, messageId);
    await this.#run(
      turn,
      (sent) => api.editAndResend({ messageId, question, ...sent }),
      () => (this.editing = { id: messageId, text: question }),
    );
  }

  /** Another answer, to this question or to the one that this answers. */
  async again(message: Message): Promise<void> {
    if (!this.#may()) return;
    const question = this.messages.slice(0, this.messages.indexOf(message) + 1).findLast(({ role }) => role === "user");
    if (!question) return;
    this.editing = null;
    const turn = begin(this.current, question, this.scope, question.id);
    await this.#run(turn, (sent) => api.regenerate({ messageId: question.id, ...sent }));
  }

  /** Until it is answered. What was not even kept is handed back; where another answer failed, those before are shown again. */
  async #run(turn: Turn, send: (sent: Sent) => Promise<void>, unsent: () => void = () => {}): Promise<void> {
    const serial = this.next();
    const mine = () => this.#turnSerial === serial && this.turn !== null;
    let kept = false;
    this.#turnSerial = serial;
    this.turn = turn;
    const events = new Channel<AskEvent>((event) => {
      kept ||= event.type === "started";
      if (mine()) this.#receive(event);
    });
    try {
      await send({ documentIds: [...turn.asked], events });
      if (mine()) await this.#recover();
    } catch (error) {
      const failure = asFailure(error);
      const another = turn.instead === turn.question.id;
      if (mine() && kept && !another) return this.#settle({ ...unsaved(-this.next(), "assistant", this.turn!.text), state: "failed", failure });
      if (mine()) this.#end();
      if (!kept) unsent();
      this.fail(failure);
    }
  }

  #receive(event: AskEvent): void {
    const before = this.turn!;
    const after = advance(before, event);
    if (event.type === "started") {
      if (before.conversation === null) this.scopes.named(event.conversation_id);
      if (before.instead === null) this.drafts.asked(before.conversation, event.conversation_id);
      if (this.current === before.conversation) this.current = after.conversation;
      void this.attempt(() => this.loadConversations());
    }
    this.turn = after;
    if (after.answer) this.#settle(after.answer);
  }

  /** The turn ends with this answer. */
  #settle(answer: Message): void {
    const { conversation, question } = this.turn!;
    if (this.live) this.#messages = [...this.messages, answer];
    this.#end();
    const first = question.parent === null && answer.state === "complete";
    if (first && conversation !== null) void this.attempt(() => this.nameByModel(conversation));
    void this.attempt(() => this.loadConversations());
  }

  /** The answer is saved but its last event was overtaken by the command's reply: the vault has it. */
  async #recover(): Promise<void> {
    const id = this.turn!.conversation;
    const shown = this.live !== null;
    const messages = id === null ? [] : (await api.conversation(id)).messages;
    if (this.turn === null) return;
    if (shown && this.current === id) this.#messages = messages;
    this.#end();
    await this.loadConversations();
  }

  #end(): void {
    this.turn = null;
    this.stopping = false;
  }

  async stop(): Promise<void> {
    if (!this.turn || this.stopping) return;
    this.stopping = true;
    if (!(await this.attempt(() => api.stop()))) this.stopping = false;
  }
}
