import { expect, test } from "vitest";
import { createConcerns } from "../../src/webhook/concerns.ts";
import {
  buttonPayload,
  commentPayload,
  issueLabelPayload,
  pullLabelPayload,
  reviewCommentPayload,
  reviewPayload,
} from "./payloads.ts";

const concerns = createConcerns({
  trigger: "/agent",
  labelPrefix: "agent:",
  allowedBots: new Set(["renovate[bot]"]),
});
const own = { login: "patchbay[bot]", id: 9, type: "Bot" };
const bot = { login: "Renovate[bot]", id: 8, type: "Bot" };

test.each<[string, string, object]>([
  ["a command", "issue_comment", commentPayload("/agent fix")],
  ["a command in capitals", "issue_comment", commentPayload("/Agent fix")],
  ["a trigger word with something invisible in it", "issue_comment", commentPayload("/ag\u200bent fix")],
  ["the trigger word anywhere: the parser decides", "issue_comment", commentPayload("see `/agent`")],
  ["a listed bot", "issue_comment", commentPayload("/agent fix", { sender: bot })],
  ["a command on a line", "pull_request_review_comment", reviewCommentPayload("/agent fix")],
  ["a command in a review's text", "pull_request_review", reviewPayload("/agent fix")],
  ["a label on an issue", "issues", issueLabelPayload("agent:fix")],
  ["a label on a pull request", "pull_request", pullLabelPayload("Agent:fix")],
  [
    "the label of a running job that is removed",
    "issues",
    issueLabelPayload("Agent:running", { action: "unlabeled" }),
  ],
  ["a pressed button", "check_run", buttonPayload("cancel:000000000000", "0".repeat(32))],
  [
    "a payload that names no installation: the handler says so",
    "issues",
    issueLabelPayload("agent:fix", { installation: undefined }),
  ],
])("%s may concern us", (_, event, payload) => {
  expect(concerns(event, payload)).toBe(true);
});

test.each<[string, string, unknown]>([
  ["another event with the same words", "commit_comment", commentPayload("/agent fix")],
  ["a review without words", "pull_request_review", reviewPayload(null)],
  [
    "the App's own answer in a thread",
    "pull_request_review_comment",
    reviewCommentPayload("/agent", { sender: own }),
  ],
  [
    "an edited comment on a line",
    "pull_request_review_comment",
    reviewCommentPayload("/agent", { action: "edited" }),
  ],
  ["a removed label", "issues", issueLabelPayload("agent:fix", { action: "unlabeled" })],
  [
    "the App's own removal",
    "issues",
    issueLabelPayload("agent:running", { action: "unlabeled", sender: own }),
  ],
  ["another App's button", "check_run", buttonPayload("lgtm|26764", "")],
  ["a button of another job", "check_run", buttonPayload("cancel:0123456789ab", "0".repeat(32))],
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
