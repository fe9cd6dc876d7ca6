import { expect, test } from "vitest";
import { createConcerns } from "../../src/webhook/concerns.ts";
import { commentPayload, issueLabelPayload, pullLabelPayload } from "./payloads.ts";

const concerns = createConcerns({
  trigger: "/agent",
  labelPrefix: "agent:",
  allowedBots: new Set(["renovate[bot]"]),
});
const bot = { login: "Renovate[bot]", id: 8, type: "Bot" };

test.each<[string, string, object]>([
  ["a command", "issue_comment", commentPayload("/agent fix")],
  ["a command in capitals", "issue_comment", commentPayload("/Agent fix")],
  ["a trigger word with something invisible in it", "issue_comment", commentPayload("/ag\u200bent fix")],
  ["the trigger word anywhere: the parser decides", "issue_comment", commentPayload("see `/agent`")],
  ["a listed bot", "issue_comment", commentPayload("/agent fix", { sender: bot })],
  ["a label on an issue", "issues", issueLabelPayload("agent:fix")],
  ["a label on a pull request", "pull_request", pullLabelPayload("Agent:fix")],
  [
    "a payload that names no installation: the handler says so",
    "issues",
    issueLabelPayload("agent:fix", { installation: undefined }),
  ],
])("%s may concern us", (_, event, payload) => {
  expect(concerns(event, payload)).toBe(true);
});

test.each<[string, string, unknown]>([
  ["another event with the same words", "pull_request_review_comment", commentPayload("/agent fix")],
  ["a removed label", "issues", issueLabelPayload("agent:fix", { action: "unlabeled" })],
  [
    "a bot that is not listed",
    "issues",
    issueLabelPayload("agent:fix", { sender: { ...bot, login: "x[bot]" } }),
  ],
  ["nothing", "issues", null],
  ["a list", "issues", []],
])("%s doesn't", (_, event, payload) => {
  expect(concerns(event, payload)).toBe(false);
});
