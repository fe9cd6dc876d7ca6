// An action as the tool call of the CLI that asks, by the tools that it offers.
import { isAbsolute, join } from "node:path";
import type { Action } from "./script.ts";

export interface ToolCall {
  name: string;
  /** Structured arguments, or the free text of a custom tool. */
  input: Record<string, unknown> | string;
}

/**
 * The call for an action. `tools` are the offered names, `folder` the CLI's working directory, for tools that want
 * absolute paths. Undefined when none of them can do it.
 */
export function toolCall(
  action: Action,
  tools: ReadonlyMap<string, "function" | "custom">,
  folder: string,
): ToolCall | undefined {
  const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const applyPatch = (patch: string): ToolCall => ({
    name: "apply_patch",
    input: tools.get("apply_patch") === "custom" ? patch : { patchText: patch },
  });
  // One tool that takes a program in JavaScript, which calls the others.
  if (tools.get("exec") === "custom") return { name: "exec", input: script(action) };
  const pick = (...names: string[]): string | undefined => names.find((name) => tools.has(name));
  if ("run" in action) {
    const name = pick("Bash", "exec_command", "shell", "bash", "run_shell_command");
    if (name === "exec_command") return { name, input: { cmd: action.run } };
    if (name === "shell") return { name, input: { command: ["bash", "-lc", action.run] } };
    if (name !== undefined)
      return { name, input: { command: action.run, description: "as the script says" } };
  } else if ("read" in action) {
    const name = pick("Read", "read", "read_file", "exec_command", "shell");
    if (name === "read") return { name, input: { filePath: at(action.read) } };
    if (name === "exec_command") return { name, input: { cmd: `cat ${action.read}` } };
    if (name === "shell") return { name, input: { command: ["cat", action.read] } };
    if (name !== undefined) return { name, input: { file_path: at(action.read) } };
  } else if ("write" in action) {
    const { write, content } = action;
    const name = pick("Write", "write", "write_file", "apply_patch");
    if (name === "apply_patch") return applyPatch(addFile(write, content));
    if (name === "write") return { name, input: { filePath: at(write), content } };
    if (name !== undefined) return { name, input: { file_path: at(write), content } };
  } else {
    const { edit, old, new: after } = action;
    const name = pick("Edit", "edit", "replace", "apply_patch");
    if (name === "apply_patch") return applyPatch(updateFile(edit, old, after));
    if (name === "edit") return { name, input: { filePath: at(edit), oldString: old, newString: after } };
    const input = { file_path: at(edit), old_string: old, new_string: after };
    if (name === "replace") return { name, input: { ...input, instruction: "as the script says" } };
    if (name !== undefined) return { name, input };
  }
  return undefined;
}

/** As Codex's `exec` wants it. */
function script(action: Action): string {
  if ("run" in action) return `text(await tools.exec_command({ cmd: ${JSON.stringify(action.run)} }));`;
  if ("read" in action)
    return `text(await tools.exec_command({ cmd: ${JSON.stringify(`cat ${action.read}`)} }));`;
  const patch =
    "write" in action
      ? addFile(action.write, action.content)
      : updateFile(action.edit, action.old, action.new);
  return `text(await tools.apply_patch(${JSON.stringify(patch)}));`;
}

function addFile(path: string, content: string): string {
  const lines = content.replace(/\n$/, "").split("\n");
  return `*** Begin Patch\n*** Add File: ${path}\n${lines.map((line) => `+${line}`).join("\n")}\n*** End Patch\n`;
}

function updateFile(path: string, old: string, after: string): string {
  const minus = old.split("\n").map((line) => `-${line}`);
  const plus = after.split("\n").map((line) => `+${line}`);
  return `*** Begin Patch\n*** Update File: ${path}\n@@\n${[...minus, ...plus].join("\n")}\n*** End Patch\n`;
}
