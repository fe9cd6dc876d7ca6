// The descriptors of this process that a program started by it would inherit.
import { readdirSync, readFileSync } from "node:fs";

/** O_CLOEXEC, the same number on x64 and arm64 (open(2), asm-generic/fcntl.h). */
const closeOnExec = 0o2000000;

/**
 * Descriptors from 3 on that stay open across execve(2): Node opens its own so that they close, but what this process
 * was itself started with, by a shell or a supervisor, would reach every program it starts. Synchronous, so that
 * nothing is opened between the look and the start. Source: proc(5), /proc/<pid>/fdinfo. Empty without /proc.
 */
export function inheritedDescriptors(): number[] {
  return openDescriptors().filter((descriptor) => descriptor > 2 && isInherited(descriptor));
}

function openDescriptors(): number[] {
  try {
    return readdirSync("/proc/self/fd").map(Number);
  } catch {
    return [];
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // The one with which /proc/self/fd was read.
    return false;
  }
}
