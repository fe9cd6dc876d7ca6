import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { imageLinks, isUploaded } from "../../../src/command/material/image-links.ts";
import { readImages } from "../../../src/command/material/read-images.ts";
import { makeTrigger } from "../trigger.ts";

const id = (at: number) => `0bec7adc-52c5-432f-bca7-${String(at).padStart(12, "0")}`;
const upload = (at: number) => `https://github.com/user-attachments/assets/${id(at)}`;
const signed = (at: number) =>
  new URL(`https://private-user-images.githubusercontent.com/1/2-${id(at)}.png?jwt=x`);

describe("the pictures of a text", () => {
  test("are those of Markdown and of HTML, in their order, each once", () => {
    const text = `![a](${upload(1)}) <img width="2" alt='b' src="${upload(2)}" /> ![c](${upload(1)} "title")
      ![d](https://github.com/acme/shop/assets/12/${id(3)})`;
    expect(imageLinks(text, "github.com").map(({ alt, uploadId }) => [alt, uploadId])).toEqual([
      ["a", id(1)],
      ["b", id(2)],
      ["d", id(3)],
    ]);
  });

  test.each([
    `https://evil.example/user-attachments/assets/${id(1)}`,
    `https://user@github.com/user-attachments/assets/${id(1)}`,
    `https://github.com/user-attachments/assets/${id(1)}/../../x`,
    "https://github.com/acme/shop/blob/main/x.png",
    "http://user-images.githubusercontent.com/1/x.png",
    "https://user-images.githubusercontent.com.evil.example/x.png",
  ])("%s was not uploaded to GitHub", (url) => {
    expect(imageLinks(`![x](${url})`, "github.com").map(isUploaded)).toEqual([false]);
  });

  test("a text that is made to take long doesn't", () => {
    const hostile = `${"![".repeat(50_000)}${"<img ".repeat(50_000)}`;
    expect(imageLinks(hostile, "github.com")).toEqual([]);
  });
});

describe("reading them", () => {
  const asked: string[] = [];
  const github = {
    signedImages: async () => Array.from({ length: 20 }, (_, at) => signed(at)),
    async image(url: URL) {
      asked.push(url.href);
      return { bytes: Buffer.from(url.pathname), type: "png" as const };
    },
  };
  const trigger = (body: string, text = "/agent look") =>
    makeTrigger({ subject: { body, author: "bob" }, text });
  const comment = (content: string) => ({ role: "user" as const, author: "eve", content });

  test("the request's come first, then the description's, then the newest comments'", async () => {
    const { found, leftOut } = await readImages(
      github,
      trigger(`![of the page](${upload(2)})`, `/agent look at ![x](${upload(1)})`),
      [comment(`![old](${upload(3)})`), comment(`![new](${upload(4)})`)],
    );
    expect(found.map(({ image }) => [image.file, image.alt, image.place])).toEqual([
      ["image-1.png", "x", "the request"],
      ["image-2.png", "of the page", "the description by @bob"],
      ["image-3.png", "new", "a comment by @eve"],
      ["image-4.png", "old", "a comment by @eve"],
    ]);
    expect(leftOut).toEqual([]);
  });

  test("no more than eight, none from elsewhere, and both are said", async () => {
    asked.length = 0;
    const many = Array.from({ length: 12 }, (_, at) => `![x](${upload(at)})`).join("\n");
    const { found, leftOut } = await readImages(
      github,
      trigger(`${many}\n![y](https://evil.example/y.png)`),
      [],
    );
    expect(found).toHaveLength(8);
    expect(asked).toHaveLength(8);
    expect(leftOut).toEqual([
      "Pictures on other hosts than GitHub's are not fetched: 1.",
      "Pictures beyond the first 8 are not fetched: 4.",
    ]);
  });

  test("what can't be had is named and costs nothing else", async () => {
    const failing = {
      signedImages: async () => [signed(1)],
      image: () => Promise.reject(new UserError("it is no PNG, JPEG, GIF or WebP")),
    };
    const { found, leftOut } = await readImages(
      failing,
      trigger(`![x](${upload(1)}) ![y](${upload(2)})`),
      [],
    );
    expect(found).toEqual([]);
    expect(leftOut).toEqual([
      "picture 1, in the description by @bob, is missing: it is no PNG, JPEG, GIF or WebP.",
      "picture 2, in the description by @bob, is missing: GitHub does not show it any more.",
    ]);
  });

  test("a conversation without pictures asks GitHub for nothing", async () => {
    const none = {
      signedImages: () => Promise.reject(new Error("asked")),
      image: () => Promise.reject(new Error("asked")),
    };
    expect(await readImages(none, trigger("no pictures"), [])).toEqual({ found: [], leftOut: [] });
  });
});
