// What an agent may be called.
import { z } from "zod";

export const AgentName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, "a lower-case word of at most 32 characters");
