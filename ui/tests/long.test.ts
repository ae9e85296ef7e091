import { mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeEach, expect, test } from "vitest";
import Chat from "../src/components/Chat.svelte";
import { app } from "../src/lib/app.svelte";
import type { Message } from "../src/lib/contract";
import { find } from "../src/lib/find.svelte";
import { answer, conversation } from "./samples";

const messages: Message[] = Array.from({ length: 1000 }, (_, index) =>
  answer({ id: index + 1, role: index % 2 === 0 ? "user" : "assistant", text: `말 ${index + 1}`, citations: [] }),
);
const shown = () => screen.queryAllByTestId("message").map((message) => Number(message.dataset.id));

beforeEach(async () => {
  mockIPC((command) => (command === "conversation" ? { ...conversation(), messages } : command === "conversations" ? [conversation()] : undefined));
  app.conversations = [conversation()];
  await app.openConversation(null);
  render(Chat);
  await app.openConversation(conversation().id);
  await tick();
});

test("a long conversation opens at its latest messages, and older ones come on demand", async () => {
  expect([shown().length, shown().at(0), shown().at(-1)]).toEqual([40, 961, 1000]);
  const older = screen.getByTestId("older-messages");
  expect(older.textContent).toBe("이전 대화 960개 더 보기");
  await fireEvent.click(older);
  await tick();
  expect([shown().length, shown().at(0), shown().at(-1)]).toEqual([80, 921, 1000]);
});

test("scrolling up brings them too", async () => {
  await fireEvent.scroll(screen.getByTestId("messages"));
  await tick();
  expect(shown().at(0)).toBe(921);
});

test("what was found far above is shown", async () => {
  find.pointed = 101;
  await tick();
  await tick();
  expect(shown().at(0)).toBe(81);
  expect(screen.getAllByTestId("message").find((message) => message.dataset.id === "101")!.classList.contains("pointed")).toBe(true);
});

test("another conversation, and this one again, begin at their end", async () => {
  await fireEvent.click(screen.getByTestId("older-messages"));
  await app.openConversation(null);
  await tick();
  expect(shown()).toEqual([]);
  await app.openConversation(conversation().id);
  await tick();
  expect(shown().length).toBe(40);
});
