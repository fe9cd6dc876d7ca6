// The seccomp filter as a classic BPF program, made without a library.
//
// An instruction is { u16 code, u8 jt, u8 jf, u32 k } in the machine's byte order, little-endian on both
// architectures; a jump's distance counts from the next instruction. Sources: seccomp(2), bpf(4) of FreeBSD for the
// instructions, linux/seccomp.h, linux/audit.h, linux/filter.h for the numbers.
import { absent, examined, forbidden, newestKnown } from "./denied-calls.ts";

export type Architecture = "x64" | "arm64";

const column = { x64: 0, arm64: 1 } as const;
/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
const auditArchitecture = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;

const load = 0x20; // BPF_LD | BPF_W | BPF_ABS
const jumpEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const jumpGreater = 0x25; // BPF_JMP | BPF_JGT | BPF_K
const jumpBits = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const giveBack = 0x06; // BPF_RET | BPF_K

/** Offsets in struct seccomp_data; of an argument the low half, since the kernel takes all that are examined as 32 bits. */
const at = { number: 0, architecture: 4, argument: (index: number) => 16 + 8 * index } as const;

const verdicts = {
  allow: 0x7fff_0000,
  killProcess: 0x8000_0000,
  notPermitted: 0x0005_0000 | 1, // EPERM
  noSuchCall: 0x0005_0000 | 38, // ENOSYS
  noSuchFamily: 0x0005_0000 | 97, // EAFNOSUPPORT
} as const;
type Verdict = keyof typeof verdicts;

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: AF_VSOCK, for one, is in no network namespace. */
const socketFamilies = [1, 2, 10, 16];
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const newNamespaces = 0x7e02_0000;
/** TIOCSTI and TIOCLINUX type into the terminal that started us. */
const terminalRequests = [0x5412, 0x541c];
/** What every program has, and the question for it. */
const harmlessPersonalities = [0, 0xffff_ffff];

interface Instruction {
  code: number;
  value: number;
  /** Where to go when the test holds; otherwise to the next instruction. */
  holds?: Verdict;
}

/** The program for one architecture, as `bwrap --seccomp` takes it. */
export function seccompFilter(architecture: Architecture): Buffer {
  const number = (call: readonly (number | undefined)[]): number | undefined => call[column[architecture]];
  const numbers = (calls: Readonly<Record<string, readonly (number | undefined)[]>>): number[] =>
    Object.values(calls).flatMap((call) => number(call) ?? []);

  const program: (Instruction | Examination)[] = [
    // x32 calls carry bit 30 and are far above.
    { code: jumpGreater, value: newestKnown, holds: "noSuchCall" },
    ...numbers(absent).map((value): Instruction => ({ code: jumpEqual, value, holds: "noSuchCall" })),
    ...numbers(forbidden).map((value): Instruction => ({ code: jumpEqual, value, holds: "notPermitted" })),
    ...[examined.socket, examined.socketpair].map((call) =>
      examine(number(call), 0, socketFamilies, "allow", "noSuchFamily"),
    ),
    examine(number(examined.ioctl), 1, terminalRequests, "notPermitted", "allow"),
    examine(number(examined.personality), 0, harmlessPersonalities, "allow", "notPermitted"),
    {
      call: number(examined.clone) ?? 0,
      tests: [
        { code: load, value: at.argument(0) },
        { code: jumpBits, value: newNamespaces, holds: "notPermitted" },
      ],
      otherwise: "allow",
    },
  ];
  return assemble(auditArchitecture[architecture], program);
}

/** Tests that are made only for one call and decide about it. */
interface Examination {
  call: number;
  tests: Instruction[];
  otherwise: Verdict;
}

function examine(
  call: number | undefined,
  argument: number,
  values: readonly number[],
  holds: Verdict,
  otherwise: Verdict,
): Examination {
  return {
    call: call ?? 0,
    tests: [
      { code: load, value: at.argument(argument) },
      ...values.map((value): Instruction => ({ code: jumpEqual, value, holds })),
    ],
    otherwise,
  };
}

function assemble(audit: number, program: readonly (Instruction | Examination)[]): Buffer {
  const sizes = program.map((part) => ("call" in part ? part.tests.length + 2 : 1));
  // Loads and checks the architecture, loads the number; at the end every verdict once, `allow` first.
  const body = 4 + sizes.reduce((sum, size) => sum + size, 0);
  const order = ["allow", "noSuchCall", "notPermitted", "noSuchFamily"] as const;
  const verdictAt = (verdict: Verdict): number => body + order.findIndex((one) => one === verdict);

  const words: { code: number; jt: number; jf: number; k: number }[] = [];
  const emit = (code: number, k: number, jt = 0, jf = 0): void => void words.push({ code, jt, jf, k });
  const toVerdict = ({ code, value, holds }: Instruction): void =>
    emit(code, value, holds === undefined ? 0 : verdictAt(holds) - words.length - 1);

  emit(load, at.architecture);
  emit(jumpEqual, audit, 1);
  emit(giveBack, verdicts.killProcess);
  emit(load, at.number);
  for (const part of program) {
    if (!("call" in part)) {
      toVerdict(part);
      continue;
    }
    emit(jumpEqual, part.call, 0, part.tests.length + 1);
    for (const test of part.tests) toVerdict(test);
    emit(giveBack, verdicts[part.otherwise]);
  }
  for (const verdict of order) emit(giveBack, verdicts[verdict]);

  const bytes = Buffer.alloc(words.length * 8);
  for (const [index, { code, jt, jf, k }] of words.entries()) {
    // Throws when a jump is longer than a byte can say.
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  }
  return bytes;
}
