/** A page of HTML that stands alone: it needs no network and runs nothing (docs/decisions/0028). */
import { markup, trusted, type Html, type Shown } from './html';
import { POLICY, STYLE } from './style';

export function renderDocument({ title, body }: { title: string; body: Html }): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.toString();
}

/** Single figures, each under its name. */
export function figureList(facts: readonly (readonly [name: string, value: Shown])[]): Html {
  return markup`<dl>${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function good(word: Shown): Html {
  return markup`<span class="good">${word}</span>`;
}

export function bad(word: Shown): Html {
  return markup`<span class="bad">${word}</span>`;
}
