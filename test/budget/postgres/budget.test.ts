import { describeBudgets } from "../contract.ts";
import { budgetServer } from "./server.ts";

const { open } = await budgetServer();

describeBudgets(open);
