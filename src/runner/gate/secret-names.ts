// Files that hold secrets by their name, whatever is in them. Pure.

const keyFiles =
  /(?:\.(?:key|pem|p12|pfx|p8|ppk|jks|keystore|kdbx|asc\.key)|^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|^\.(?:netrc|pgpass|htpasswd|git-credentials|npmrc\.local)|^_netrc)$/;
const environmentFile = /^\.env(?:rc|[._-].*)?$|\.env$/;
/** What people keep in the repository on purpose to show what an environment has. */
const exampleFile = /[._-](?:example|sample|template|tmpl|dist)(?:\.[a-z]+)?$/;
/** `credentials` and the like as data; `credentials.ts` is code that reads them. */
const credentialsFile =
  /^(?=.*credentials)\.?(?:[^.]+|.*\.(?:json|ya?ml|toml|ini|cfg|conf|csv|txt|xml|properties|bak|old|enc|db))$|^client_secret.*\.json$/;

/** Why a file's name says that it holds a secret; undefined when it doesn't. */
export function secretName(path: string): string | undefined {
  const name = (path.split("/").at(-1) ?? "").toLowerCase();
  if (keyFiles.test(name)) return "a file of this name holds a key or a password";
  if (environmentFile.test(name) && !exampleFile.test(name))
    return "a file of this name holds an environment";
  if (credentialsFile.test(name) && !exampleFile.test(name)) return "a file of this name holds credentials";
  return undefined;
}
