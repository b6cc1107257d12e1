/** Names of VMs, files and networks on their way into XML, environments and addresses: each arrives as it was. */
import fc from 'fast-check';
import { parser } from 'sax';
import { pluginJob } from '../../activities/kubernetes/objects/plugin-job';
import { element, render } from '../../plan/xml';
import { expand } from '../../lab/node/environment';
import { vmRef } from '../../plan/vm-ref';
import { baseName, deriveTargetName, isDnsLabel, tellApart } from '../../plan/names';
import { urlFault } from '../../plan/provider-url';
import { nameTargets } from '../../plan/resolve/target-names';
import { BY_PLUGIN, frozenVm } from '../support/frozen-vm';
import { eachOf, texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled, nastyText } from './support/mutations';

/** https://www.w3.org/TR/xml/#charsets */
const XML_CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** What a reader of XML makes of it, with the rules for white space in attributes that `sax` leaves out. */
function readXml(xml: string): { text: string; attribute: string } {
  expect(xml).toMatch(XML_CHARACTERS);
  const read = { text: '', attribute: '' };
  const reader = parser(true);
  reader.onerror = (error) => {
    throw error;
  };
  reader.ontext = (text) => (read.text += text);
  reader.onattribute = ({ value }) => (read.attribute = value);
  reader.write(xml.trimEnd()).close();
  expect(/='[^']*[\t\n\r][^']*'/.test(xml)).toBe(false);
  return read;
}

fuzz('any name becomes XML that reads as the name, without what XML can not hold', nastyText, (name) => {
  const legal = [...name].filter((character) => XML_CHARACTERS.test(character)).join('');
  expect(readXml(render(element('name', { network: name }, name)))).toEqual({
    text: legal,
    attribute: legal,
  });
});

fuzz(
  'variables of a plugin arrive as they are, whatever looks like a reference to another one',
  fc.record({
    name: nastyText,
    path: fc.oneof(nastyText, garbled(['[ds] $(HOST)/$$(ARRAY)/$x.vmdk'])),
    own: nastyText,
  }),
  ({ name, path, own }) => {
    const vm = frozenVm({ methods: [BY_PLUGIN] });
    const disk = { ...vm.disks[0]!, basePath: path };
    const connection = { vcenterUrl: 'u', vcenterThumbprint: 't', hostUrl: 'h', hostThumbprint: null };
    const request = { vm: { ...vmRef(vm), name }, disk, attempt: 1, copyId: 'c', connection };
    const volume = { name: 'pv', driver: 'd', handle: 'h' };
    const job = pluginJob({ request, image: 'plugin:1', vars: { ARRAY: own }, volume });
    const found: Record<string, string> = {};
    for (const { name: key, value = '' } of job.spec?.template.spec?.containers[0]?.env ?? []) {
      found[key] = expand(value, found);
    }
    expect(found).toMatchObject({ ARRAY: own, VM_NAME: name, BASE_VMDK: path, PLAN_NAME: vm.plan.name });
  },
);

function address(text: string): void {
  if (urlFault('vsphere', text) !== null) return;
  const url = new URL(text);
  expect([url.protocol, url.username, url.password, url.search, url.hash]).toEqual([
    'https:',
    '',
    '',
    '',
    '',
  ]);
  // Whoever reads it by a simpler rule sees this very server.
  expect(/^https:\/\/([^/]+)\/sdk$/i.exec(text)?.[1]?.toLowerCase().replace(/:443$/, '')).toBe(url.host);
}

eachOf('provider-urls', address);
fuzz(
  'an address of a vCenter means one server to every reader, or is refused',
  garbled(texts('provider-urls')),
  address,
);

fuzz(
  'names of any VMs become names of Kubernetes, and no two of a plan are one',
  fc.uniqueArray(fc.record({ moref: fc.stringMatching(/^vm-\d{1,4}$/), name: nastyText }), {
    selector: ({ moref }) => moref,
    maxLength: 30,
  }),
  (vms) => {
    const named = nameTargets(vms.map((vm) => ({ ...vm, entry: { name: vm.name } })));
    const names = named.map(({ targetName }) => targetName);
    expect(names.filter((name) => !isDnsLabel(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    for (const { moref, targetName } of named) {
      const base = baseName({ plan: { namespace: 'a', name: 'b' }, vcenterUuid: 'c', moref, targetName });
      expect([deriveTargetName({ name: base, moref }), base.length <= 40]).toEqual([base, true]);
      expect(isDnsLabel(tellApart(targetName, moref))).toBe(true);
    }
  },
);
