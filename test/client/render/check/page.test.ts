import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes } from 'parse5';
import { renderCheckPage } from '../../../../client/render/check/page';
import { attacher, member, resolveCluster } from '../../../plan/shared-disks';
import { checkResult, PROBLEMS } from './rows';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

function elementsIn(node: Node): Element[] {
  const own = defaultTreeAdapter.isElementNode(node) ? [node] : [];
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap(elementsIn)] : own;
}

function textOf(node: Node): string {
  if (defaultTreeAdapter.isTextNode(node)) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

/** @throws where it is no valid HTML */
function pageOf(problems = PROBLEMS): Element[] {
  const onParseError = ({ code }: { code: string }) => {
    throw new Error(`the page is no valid HTML: ${code}`);
  };
  return elementsIn(parse(renderCheckPage(checkResult(problems)), { onParseError }));
}

const texts = (page: Element[], tag: string) => page.filter(({ tagName }) => tagName === tag).map(textOf);

test('says whether the plan can start, and under which severity each thing stands', () => {
  const page = pageOf();
  expect(texts(page, 'dd')).toEqual(['refused', '2', '1', '1', '1']);
  expect(texts(page, 'h2')).toEqual([
    'Critical: the plan is refused until this is mended',
    'Warnings: something is lost, or works in another way at the target',
    'Information: nobody has to act',
    'Known, and acknowledged in the plan',
    'What would be migrated',
  ]);
  expect(texts(page, 'td')).toEqual(
    expect.arrayContaining(['CPU or memory hot add', 'it can grow', 'give it now', 'hot-add']),
  );
  expect(texts(pageOf([]), 'dd')).toEqual(['can start', '0', '0', '0', '0']);
});

test('loads, runs and sends nothing, whatever a guest is called', () => {
  const page = pageOf();
  const harmless =
    'html head meta title style body h1 h2 p dl div dt dd section table thead tbody tr th td span';
  expect(page.map(({ tagName }) => tagName).filter((tag) => !harmless.split(' ').includes(tag))).toEqual([]);
  const attributes = page.flatMap(({ attrs }) => attrs.map(({ name }) => name));
  expect(attributes.filter((name) => /^on|src|href|style$/.test(name))).toEqual([]);
  expect(texts(page, 'td').join()).toContain('<script>alert(1)</script>');
});

test('says which volume a VM attaches, and whose migration fills it', () => {
  const { vms } = resolveCluster([member(51), attacher(52)]);
  const page = parse(renderCheckPage({ ...checkResult([]), vms }));
  const { volumeName } = vms[0]!.disks[1]!;
  expect(texts(elementsIn(page), 'td')).toContain(
    `import; attaches volume ${volumeName}, which the migration of node-51 fills`,
  );
});
