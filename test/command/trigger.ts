// A comment `/agent …` by ann on acme/shop#12, to be varied.
import type { Trigger } from "../../src/command/trigger.ts";

export const inboxId = "019b7d5e4a0070008000000000000001";

export function makeTrigger(
  over: Partial<Omit<Trigger, "subject">> & { subject?: Partial<Trigger["subject"]> } = {},
): Trigger {
  const { subject, ...rest } = over;
  return {
    delivery: {
      inboxId,
      guid: "guid-1",
      receivedAt: "2026-01-02T03:04:05.000Z",
      event: "issue_comment",
      action: "created",
    },
    repository: {
      host: "github.com",
      owner: "acme",
      name: "shop",
      default_branch: "main",
      installation_id: 5,
    },
    archived: false,
    sender: { login: "ann", id: 2, type: "User" },
    comment: { id: 1000 },
    at: "2026-01-02T03:04:00Z",
    text: "/agent fix it",
    ...rest,
    subject: {
      kind: "issue",
      number: 12,
      title: "Login test is flaky",
      body: "It fails on Mondays.",
      author: "bob",
      open: true,
      locked: false,
      comments: 3,
      ...subject,
    },
  };
}
