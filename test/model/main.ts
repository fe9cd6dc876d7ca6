// The scripted model as a program: node test/model/main.ts --script file.json [--port 0]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Script } from "./script.ts";
import { createScriptedModel } from "./server.ts";

const { values } = parseArgs({
  options: { script: { type: "string" }, port: { type: "string", default: "0" } },
});
if (values.script === undefined)
  throw new Error("--script: the file with what the model is to say is missing");
const script = Script.parse(JSON.parse(readFileSync(values.script, "utf8")));
const model = await createScriptedModel({ script, port: Number(values.port) });
console.log(JSON.stringify({ url: model.url }));
