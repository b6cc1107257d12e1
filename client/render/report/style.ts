/** How the page of a report looks: by day, by night and on paper. Colours of bands are told apart by colour-blind eyes, too. */
import { createHash } from 'node:crypto';
import { BANDS } from './spans';

export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --paper: #fff; --card: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --word: #8250df;
  --prepare: #b5bdc6; --stop: #e3b341; --copy: #0072b2; --convert: #cc79a7; --start: #009e73; --tidy: #8fd3bd;
  --restore: #d55e00; --operator: #f0a8a8; --turn: #9ecae1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --paper: #0d1117;
  --card: #151b23; --good: #3fb950; --bad: #f85149; --word: #ab7df8; --prepare: #656c76; --copy: #3a9bdc; --operator: #b35c5c; --turn: #4f7f9b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem; max-width: 90rem; background: var(--paper); color: var(--ink);
  font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; }
dt { color: var(--soft); font-size: .85em; }
dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
dd small { font-size: .75em; color: var(--soft); }
figure { margin: 0; }
figcaption { color: var(--soft); }
.key { display: inline-block; margin-right: 1rem; white-space: nowrap; }
.key i { display: inline-block; width: .8em; height: .8em; margin-right: .35em; border-radius: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line);
  min-width: 5rem; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; background: var(--paper); position: sticky; top: 0; }
.n { text-align: right; min-width: 0; white-space: nowrap; }
.whole { min-width: 0; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); }
svg.wave { width: 100%; height: auto; font-size: 11px; }
svg.wave text { fill: var(--soft); } .end { text-anchor: end; } .mid { text-anchor: middle; }
.grid { stroke: var(--line); fill: none; } .word { stroke: var(--word); stroke-width: 2; }
td.course { width: 22%; min-width: 9rem; } svg.bar { display: block; width: 100%; height: 12px; background: var(--card); }
${bandRules()}
@page { size: A4 landscape; margin: 12mm; }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --card: #f4f4f4; --good: #1a7f37; --bad: #b00;
  --prepare: #b5bdc6; --copy: #0072b2; --operator: #f0a8a8; --turn: #9ecae1; }
  body { padding: 0; max-width: none; font-size: 9pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  th { position: static; } thead { display: table-header-group; } tr, figure, dl div { break-inside: avoid; }
  h2 { break-after: avoid; } }
`;

function bandRules(): string {
  return Object.keys(BANDS)
    .map((band) => `.${band} { fill: var(--${band}); background: var(--${band}); }`)
    .join('\n');
}

/**
 * Nothing is loaded, run or sent, whatever a name in the page may say: all that is allowed is this one style sheet.
 */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
