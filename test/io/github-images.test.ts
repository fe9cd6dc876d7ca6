import { Readable } from "node:stream";
import nock from "nock";
import { Octokit } from "octokit";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createImageCalls } from "../../src/io/github-images.ts";

const images = createImageCalls(
  new Octokit({ auth: "secret-token", retry: { enabled: false }, throttle: { enabled: false } }),
);
const store = "https://private-user-images.githubusercontent.com";
const url = new URL(`${store}/1-a.png?jwt=x`);
const png = Buffer.from("\u0089PNG\r\n\u001A\nrest", "latin1");

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

const stored = (bytes: Buffer, headers = {}) =>
  nock(store, { badheaders: ["authorization"] })
    .get("/1-a.png?jwt=x")
    .reply(200, bytes, headers);
const get = (address: URL) => images.image(address, "github.com");

test("the signed addresses are those of GitHub's own rendering", async () => {
  const api = nock("https://api.github.com", { reqheaders: { accept: /full/ } });
  api.get("/repos/acme/shop/issues/7").reply(200, {
    comments: 150,
    body_html: `<p><img width="2" src="${store}/1-a.png?jwt=x&amp;y=1" alt="&quot;"></p>`,
  });
  api
    .get("/repos/acme/shop/issues/7/comments?per_page=100&page=2")
    .reply(200, [{ body_html: '<img src="/relative.png">' }, { body_html: null }]);
  const found = await images.signedImages({ owner: "acme", name: "shop" }, 7);
  expect(found.map(String)).toEqual([`${store}/1-a.png?jwt=x&y=1`]);
});

test.each([
  ["png", png],
  ["jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
  ["gif", Buffer.from("GIF89a....")],
  ["webp", Buffer.from("RIFF....WEBPVP8 ")],
])("a %s is known by its first bytes, and the token stays behind", async (type, bytes) => {
  stored(bytes, { "content-type": "text/html" });
  expect(await get(url)).toEqual({ type, bytes });
});

describe("refused:", () => {
  test.each(["<svg onload='x'/>", "<html>", "", "%PDF-1.7"])("what is no picture (%s)", async (text) => {
    stored(Buffer.from(text), { "content-type": "image/png" });
    await expect(get(url)).rejects.toThrow("no PNG, JPEG, GIF or WebP");
  });

  test.each([
    "https://evil.example/a.png",
    "https://private-user-images.githubusercontent.com.evil.example/a.png",
    "http://private-user-images.githubusercontent.com/a.png",
    "https://user@private-user-images.githubusercontent.com/a.png",
    "https://private-user-images.githubusercontent.com:8443/a.png",
    "http://github.com/a.png",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:1/a.png",
    "file:///etc/passwd",
  ])("%s, and nothing is asked of it", async (address) => {
    await expect(get(new URL(address))).rejects.toThrow("no place where GitHub keeps pictures");
  });

  test("a place that leads elsewhere", async () => {
    nock(store).get("/1-a.png?jwt=x").reply(302, "", { location: "https://169.254.169.254/" });
    await expect(get(url)).rejects.toThrow("fetching a picture");
  });

  test("one without an end", async () => {
    const chunks = [png, ...Array.from({ length: 20 }, () => Buffer.alloc(1_000_000))];
    nock(store)
      .get("/1-a.png?jwt=x")
      .reply(200, () => Readable.from(chunks));
    await expect(get(url)).rejects.toThrow("more than 5 MB");
  });
});
