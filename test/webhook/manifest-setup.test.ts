import { expect, test } from "vitest";
import { mergeEnv } from "../../src/webhook/manifest-setup.ts";

test("the App's credentials go into .env without disturbing what is there", () => {
  const before = "# The GitHub App.\nAPP_ID=\nPORT=4000\n\n# end\n";
  const pem = '"-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n"';
  const after = mergeEnv(before, { APP_ID: "7", PRIVATE_KEY: pem, WEBHOOK_SECRET: "s$ecret" });
  expect(after).toBe(
    "# The GitHub App.\nAPP_ID=7\nPORT=4000\n\n# end\n" +
      'PRIVATE_KEY="-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----\\n"\nWEBHOOK_SECRET="s$ecret"\n',
  );
  expect(mergeEnv(after, { APP_ID: "8" })).toContain("APP_ID=8\nPORT=4000");
});
