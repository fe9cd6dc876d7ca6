// The one style sheet: light and dark, system fonts, nothing from elsewhere.
export const styles = `
:root {
  color-scheme: light dark;
  --bg: #fbfbfd; --surface: #ffffff; --raised: #f4f5f8; --line: #dfe2ea; --line-soft: #ebedf3;
  --text: #1b1f2a; --muted: #626b7f; --faint: #8b93a7; --link: #2f5bd7; --accent: #2f5bd7;
  --green: #1a7f4b; --purple: #7a45d1; --red: #c93a3f; --grey: #667085; --amber: #a86400;
  --add: #e4f7ea; --add-no: #c8edd5; --add-text: #0f5c33; --del: #fdebec; --del-no: #fad4d7; --del-text: #952a31;
  --hunk: #eef2fe; --hunk-text: #54689f; --code: #f2f3f7; --bot: #eef1fd; --shadow: 0 1px 2px rgb(20 26 45 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0e1118; --surface: #151a23; --raised: #1b212c; --line: #2b3341; --line-soft: #222936;
    --text: #e4e8f0; --muted: #98a2b6; --faint: #717c92; --link: #82a6ff; --accent: #5b82f0;
    --green: #3fb573; --purple: #a67bf0; --red: #f0696f; --grey: #7d879b; --amber: #e0a64a;
    --add: #10291d; --add-no: #17412b; --add-text: #7fdca6; --del: #311a1f; --del-no: #4c232a; --del-text: #f5a3a8;
    --hunk: #1a2337; --hunk-text: #90a4d6; --code: #202734; --bot: #1a2238; --shadow: none;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text);
  font: 15px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, "Cascadia Code", "Liberation Mono", Menlo, monospace; font-size: .86em; }
svg.icon { width: 16px; height: 16px; flex: none; vertical-align: -3px; }
.top { display: flex; align-items: center; gap: 10px; padding: 0 24px; height: 56px; background: var(--surface);
  border-bottom: 1px solid var(--line); font-size: 15px; }
.top a { color: inherit; } .top .sep { color: var(--faint); } .top b { font-weight: 650; }
.top .mark { display: grid; place-items: center; width: 28px; height: 28px; border-radius: 8px; background: var(--text); color: var(--bg); }
.where { margin-left: auto; font-size: 12px; color: var(--muted); border: 1px solid var(--line); border-radius: 99px; padding: 2px 10px; }
.where::before { content: ""; display: inline-block; width: 7px; height: 7px; border-radius: 50%; background: var(--green); margin-right: 7px; vertical-align: 1px; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 24px 64px; }
h1 { font-size: 27px; line-height: 1.25; font-weight: 600; letter-spacing: -.012em; margin: 0 0 10px; }
h1 a { color: inherit; } h1 .number { color: var(--faint); font-weight: 400; }
.meta { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; color: var(--muted); font-size: 14px; }
.meta b { color: var(--text); font-weight: 600; }
.pill { display: inline-flex; align-items: center; gap: 6px; padding: 4px 12px; border-radius: 99px; color: #fff; font-weight: 600; font-size: 13.5px; background: var(--grey); }
.pill.open { background: var(--green); } .pill.merged { background: var(--purple); } .pill.closed { background: var(--red); }
.pill.done { background: var(--purple); } @media (prefers-color-scheme: dark) { .pill { color: #0c1018; } }
.ref { padding: 1px 7px; border-radius: 6px; background: var(--hunk); color: var(--link); font-size: 12.5px; }
.tabs { display: flex; gap: 4px; border-bottom: 1px solid var(--line); margin: 22px 0 0; }
.tabs a { display: flex; align-items: center; gap: 7px; padding: 9px 14px; color: var(--muted); border: 1px solid transparent; border-bottom: 0; border-radius: 8px 8px 0 0; margin-bottom: -1px; font-size: 14px; }
.tabs a:hover { text-decoration: none; color: var(--text); }
.tabs a.here { color: var(--text); background: var(--bg); border-color: var(--line); font-weight: 600; }
.count { background: var(--raised); color: var(--muted); border-radius: 99px; padding: 0 7px; font-size: 12px; font-weight: 600; line-height: 19px; }
.stat { margin-left: auto; align-self: center; font-size: 12.5px; font-weight: 600; } .plus { color: var(--green); } .minus { color: var(--red); }
.rule { border: 0; border-top: 1px solid var(--line); margin: 18px 0 0; }
.cols { display: grid; grid-template-columns: minmax(0, 1fr) 240px; gap: 32px; margin-top: 24px; }
@media (max-width: 860px) { .cols { grid-template-columns: minmax(0, 1fr); } aside { order: 2; } }
.timeline { position: relative; }
.timeline::before { content: ""; position: absolute; left: 75px; top: 12px; bottom: 0; width: 2px; background: var(--line-soft); }
.turn { position: relative; display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 16px; margin-bottom: 18px; }
.avatar { --hue: 200; display: grid; place-items: center; width: 40px; height: 40px; border-radius: 50%; color: #fff; font-weight: 650; font-size: 14px; letter-spacing: .02em;
  background: linear-gradient(140deg, hsl(var(--hue) 62% 52%), hsl(calc(var(--hue) + 35) 60% 40%)); }
.avatar.bot { border-radius: 11px; } .avatar.small { width: 20px; height: 20px; font-size: 8.5px; display: inline-grid; vertical-align: -4px; } .avatar.small.bot { border-radius: 6px; }
.card { position: relative; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); min-width: 0; }
.card > header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding: 9px 16px; background: var(--raised); border-bottom: 1px solid var(--line); border-radius: 9px 9px 0 0; font-size: 13.5px; color: var(--muted); }
.card.bot > header { background: var(--bot); } .card > header b { color: var(--text); font-weight: 620; }
.badge { border: 1px solid var(--line); border-radius: 99px; padding: 0 8px; font-size: 11.5px; font-weight: 550; line-height: 19px; color: var(--muted); background: var(--surface); }
.badge.green { color: var(--green); border-color: currentColor; } .right { margin-left: auto; }
time { color: inherit; }
.md { padding: 14px 18px; overflow-wrap: anywhere; } .md > :first-child { margin-top: 0; } .md > :last-child { margin-bottom: 0; }
.md p, .md ul, .md ol, .md table, .md blockquote, .md details { margin: 0 0 12px; } .md ul, .md ol { padding-left: 24px; } .md li { margin: 3px 0; } .md li > p { margin: 0; }
.md h1, .md h2, .md h3, .md h4 { font-weight: 640; line-height: 1.3; letter-spacing: -.005em; margin: 20px 0 10px; }
.md h1 { font-size: 1.4em; } .md h2 { font-size: 1.22em; padding-bottom: 5px; border-bottom: 1px solid var(--line-soft); } .md h3 { font-size: 1.07em; } .md h4 { font-size: 1em; }
.md code { background: var(--code); border-radius: 5px; padding: 2px 5px; } .md pre { background: var(--code); border: 1px solid var(--line-soft); border-radius: 8px; padding: 12px 14px; overflow-x: auto; line-height: 1.5; margin: 0 0 12px; }
.md pre code { background: none; padding: 0; font-size: 1em; } .md blockquote { border-left: 3px solid var(--line); padding: 0 14px; color: var(--muted); margin-left: 0; }
.md table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 14px; } .md th, .md td { border: 1px solid var(--line); padding: 5px 12px; text-align: left; } .md th { background: var(--raised); font-weight: 620; } .md tr:nth-child(even) td { background: color-mix(in srgb, var(--raised) 45%, transparent); }
.md input[type=checkbox] { margin: 0 7px 0 -22px; vertical-align: -1px; accent-color: var(--accent); } .md ul:has(> li > input[type=checkbox]), .md ul:has(> li > p > input[type=checkbox]) { list-style: none; }
.md summary { cursor: pointer; color: var(--muted); font-weight: 550; } .md details { border: 1px solid var(--line-soft); border-radius: 8px; padding: 8px 14px; } .md details[open] > summary { margin-bottom: 10px; }
.md kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; padding: 0 5px; background: var(--raised); font-size: .82em; } .md sub { color: var(--muted); } .md img { max-width: 100%; } .md hr { border: 0; border-top: 1px solid var(--line); margin: 16px 0; } .md .mention { font-weight: 600; }
.md .alert { border-left-color: var(--accent); color: var(--text); } .md .alert b { color: var(--accent); } .md .alert.warning, .md .alert.caution { border-left-color: var(--amber); } .md .alert.warning b, .md .alert.caution b { color: var(--amber); }
.md .none { color: var(--faint); font-style: italic; }
.dl { display: block; margin: 0 -14px; padding: 0 14px; } .dl.a { background: var(--add); color: var(--add-text); } .dl.d { background: var(--del); color: var(--del-text); } .dl.h { color: var(--hunk-text); background: var(--hunk); }
.reactions { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 18px 14px; } .reaction { display: inline-flex; gap: 6px; align-items: center; border: 1px solid var(--line); background: var(--raised); border-radius: 99px; padding: 1px 10px; font-size: 13px; color: var(--muted); font-weight: 550; }
.event { position: relative; display: flex; align-items: center; flex-wrap: wrap; gap: 7px; margin: 0 0 18px 56px; padding: 0 0 0 40px; min-height: 32px; font-size: 13.5px; color: var(--muted); }
.event > .dot { position: absolute; left: 4px; top: 0; width: 32px; height: 32px; border-radius: 50%; display: grid; place-items: center; background: var(--raised); border: 2px solid var(--bg); color: var(--muted); }
.event > .dot.purple { background: var(--purple); color: #fff; } .event > .dot.red { background: var(--red); color: #fff; } .event > .dot.green { background: var(--green); color: #fff; } .event b { color: var(--text); font-weight: 600; }
.row .label { margin-left: 5px; } .label { --c: 200 200 200; display: inline-block; padding: 0 9px; border-radius: 99px; font-size: 12px; font-weight: 600; line-height: 20px; border: 1px solid color-mix(in srgb, rgb(var(--c)) 60%, var(--line)); background: color-mix(in srgb, rgb(var(--c)) 18%, var(--surface)); color: color-mix(in srgb, rgb(var(--c)) 35%, var(--text)); }
aside section { border-bottom: 1px solid var(--line); padding: 0 0 16px; margin-bottom: 16px; font-size: 13.5px; } aside h2 { font-size: 12.5px; font-weight: 620; color: var(--muted); margin: 0 0 8px; } aside .row { display: flex; align-items: center; gap: 8px; margin: 5px 0; } aside .quiet { color: var(--faint); } aside .labels { display: flex; flex-wrap: wrap; gap: 6px; }
.checks { margin: 0 0 18px 56px; } .checks .row, .list .row { display: flex; align-items: center; gap: 10px; padding: 10px 16px; border-top: 1px solid var(--line-soft); font-size: 14px; } .checks .row:first-of-type { border-top: 0; } .checks form, .inline { display: inline; }
.checks .sum { color: var(--muted); } .ok { color: var(--green); } .bad { color: var(--red); } .wait { color: var(--amber); }
button, select, textarea, input { font: inherit; color: inherit; } .button { border: 1px solid var(--line); background: var(--raised); border-radius: 7px; padding: 4px 12px; font-size: 13px; font-weight: 570; cursor: pointer; } .button:hover { border-color: var(--faint); } .button.primary { background: var(--accent); border-color: transparent; color: #fff; padding: 7px 18px; font-size: 14px; }
@media (min-width: 861px) { .compose { margin-right: 272px; } } .compose { margin-top: 26px; border-top: 2px solid var(--line-soft); padding-top: 22px; } .compose .card > header select { border: 1px solid var(--line); border-radius: 6px; background: var(--surface); padding: 2px 6px; } .compose textarea { display: block; width: 100%; min-height: 96px; border: 0; outline: 0; background: none; padding: 14px 18px; resize: vertical; } .compose footer { display: flex; gap: 10px; align-items: center; justify-content: flex-end; padding: 10px 14px; border-top: 1px solid var(--line-soft); color: var(--faint); font-size: 13px; }
.list { margin: 14px 0 28px; } .list .row { padding: 12px 18px; } .list .row:first-child { border-top: 0; } .list .title { font-weight: 600; color: var(--text); } .list .sub { color: var(--muted); font-size: 13px; } .list .grow { flex: 1; min-width: 0; } .row svg.open { color: var(--green); } .row svg.merged, .row svg.done { color: var(--purple); } .row svg.closed { color: var(--red); } .row svg.draft { color: var(--grey); }
.file { margin: 18px 0; overflow: hidden; } .file > header .mono { color: var(--text); font-size: 13px; } .diff { width: 100%; border-collapse: collapse; font: 12.5px/1.6 ui-monospace, SFMono-Regular, "Liberation Mono", Menlo, monospace; table-layout: fixed; } .diff td { padding: 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; } .diff .no { width: 46px; text-align: right; color: var(--faint); user-select: none; padding: 0 8px; } .diff .sign { width: 22px; padding: 0 0 0 8px; user-select: none; }
.diff tr.add td { background: var(--add); } .diff tr.add .no { background: var(--add-no); } .diff tr.delete td { background: var(--del); } .diff tr.delete .no { background: var(--del-no); } .diff tr.hunk td { background: var(--hunk); color: var(--hunk-text); padding-top: 3px; padding-bottom: 3px; } .diff tr.note td { color: var(--faint); }
.review { margin-bottom: 18px; } .thread { margin: 12px 16px; overflow: hidden; } .thread .diff { border-bottom: 1px solid var(--line); } .thread .say { padding: 10px 14px; border-top: 1px solid var(--line-soft); } .thread .say .md { padding: 4px 0 0 28px; } .thread .who { display: flex; align-items: center; gap: 6px; font-size: 13.5px; color: var(--muted); } .thread .who b { color: var(--text); }
.empty { color: var(--muted); padding: 28px; text-align: center; }
`;
