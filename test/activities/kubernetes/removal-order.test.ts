/** CDI puts a claim's labels on its importer Pod, so an importer passes for one of a migration's own objects. */
import { removeEverything } from '../../../activities/kubernetes/tidy';
import { LABELS, ownerLabels } from '../../../activities/kubernetes/api/ownership';
import { stepLabel } from '../../../activities/kubernetes/objects/steps';
import { vmRef } from '../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../support/frozen-vm';
import { INITIAL_END, useWatching } from './watching';

const vm = vmRef(frozenVm({ methods: [BY_IMPORT] }));
const watching = useWatching();

const object = (name: string, labels: object = {}) => ({
  metadata: { name, namespace: vm.namespace, uid: name, labels: { ...ownerLabels(vm), ...labels } },
});

/** By each `label=value` of the request's selector. */
function isSelected({ metadata }: ReturnType<typeof object>, url: string): boolean {
  const selector = new URL(url, 'https://api').searchParams.get('labelSelector') ?? '';
  const labels: Record<string, string> = metadata.labels;
  return selector.split(',').every((wanted) => {
    const [label = '', value] = wanted.split('=');
    return value === undefined || labels[label] === value;
  });
}

test('what an abort removes is gone, and an importer Pod is left to CDI, which ends it with its DataVolume', async () => {
  const world = new Map<string, ReturnType<typeof object>[]>([
    [
      'pods',
      [object('importer-web-disk-0', { [LABELS.disk]: '2000' }), object('web-binder', stepLabel('bind'))],
    ],
    ['datavolumes', [object('web-disk-0')]],
    ['persistentvolumeclaims', [object('web-disk-0')]],
  ]);
  const removed: string[] = [];
  const { scope } = await watching(({ url = '', method = '' }, answer) => {
    const [, kind = '', name] = /\/namespaces\/[^/]+\/([^/?]+)(?:\/([^/?]+))?/.exec(url) ?? [];
    const reply = (status: number, body: object) => void answer.writeHead(status).end(JSON.stringify(body));
    if (url.includes('watch=')) return void answer.writeHead(200).write(INITIAL_END);
    const items = (world.get(kind) ?? []).filter((one) => isSelected(one, url));
    // What is removed whole is empty in this world.
    if (name === undefined) return reply(200, { items, metadata: { resourceVersion: '1' } });
    const found = world.get(kind)?.find(({ metadata }) => metadata.name === name);
    if (found === undefined) return reply(404, { reason: 'NotFound' });
    if (method === 'DELETE') {
      removed.push(`${kind}/${name}`);
      world.set(
        kind,
        (world.get(kind) ?? []).filter((one) => one !== found),
      );
    }
    return reply(200, found);
  });
  expect(await removeEverything(scope, vm, 'this-run')).toEqual([]);

  expect(removed).toEqual(['datavolumes/web-disk-0', 'pods/web-binder', 'persistentvolumeclaims/web-disk-0']);
});
