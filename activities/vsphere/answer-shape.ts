/**
 * What vCenter's answers never hold, looked for before node-soap reads them: its reader builds objects by the names
 * that it finds (`id="__proto__"` would change every object of this process), follows references, and takes memory and
 * time by the number and the depth of elements. Entities are no danger: the reader knows the five of XML alone.
 */
import { failure } from '../failure';

/** A page of 200 VMs has some 200 000. */
const MOST_ELEMENTS = 1_000_000;
const DEEPEST = 100;

/** A whole tag, attributes as XML has them; sticky, and without two ways to match anything. */
const TAG = /<(\/?)([^\s<>/"'=!?]+)((?:\s+[^\s<>/"'=]+\s*=\s*(?:"[^<"]*"|'[^<']*'))*)\s*(\/?)>/y;
/** References within a document (SOAP 1.1, section 5), which vCenter does not use. */
const REFERENCE = /\s(?:id|href)\s*=/;

/** @throws AnswerTooLarge, or SourceFault for what no vCenter says */
export function requireOrdinary(xml: string): void {
  let [elements, depth] = [0, 0];
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', TAG.lastIndex)) {
    if (xml.startsWith('<?xml ', at) && elements === 0) {
      TAG.lastIndex = at + 1;
      continue;
    }
    TAG.lastIndex = at;
    const [, closing, name = '', attributes = '', empty] = TAG.exec(xml) ?? refuse('is no plain XML');
    if (isOfEveryObject(name) || REFERENCE.test(attributes)) refuse('has elements that no vCenter has');
    if (closing === '/') depth--;
    else if (empty === '') depth++;
    if (depth > DEEPEST) refuse(`is nested deeper than ${DEEPEST} elements`);
    if (++elements > 2 * MOST_ELEMENTS) {
      throw failure('AnswerTooLarge', `vCenter's answer has more than ${MOST_ELEMENTS} elements`);
    }
  }
}

function isOfEveryObject(name: string): boolean {
  return name.replace(/^.*:/, '') in Object.prototype;
}

function refuse(why: string): never {
  throw failure('SourceFault', `vCenter's answer ${why}`);
}
