// What can be told to the program that keeps a Postgres.
import { z } from "zod";

export const Order = z.enum(["start", "stop", "crash"]);
export type Order = z.infer<typeof Order>;
