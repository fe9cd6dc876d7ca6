import { temporaryFolder } from "../temp-folder.ts";
import { describeBudgets } from "./contract.ts";
import { openFileBudget } from "./house.ts";

const root = await temporaryFolder();

describeBudgets((limits) => openFileBudget(root, limits));
