import { Listener } from '../../images/conversion/listener';
import { convertedSystem, readOutputLine } from '../../images/conversion/output';

describe("a line of virt-v2v's output", () => {
  test.each([
    ['[  12.7] Inspecting the source', { kind: 'stage', stage: 'Inspecting the source' }],
    ['virt-v2v-in-place: warning: no bootloader', { kind: 'warning', text: 'no bootloader' }],
    ['virt-v2v-in-place: error: no such guest', { kind: 'error', text: 'no such guest' }],
    [
      'virt-v2v-in-place: could not read key from user',
      { kind: 'info', text: 'could not read key from user' },
    ],
    ['supermin: building appliance', { kind: 'other', text: 'supermin: building appliance' }],
    ['[not a time] stage', { kind: 'other', text: '[not a time] stage' }],
  ])('%s', (line, meaning) => expect(readOutputLine(line)).toEqual(meaning));
});

describe('the operating system that virt-v2v begins to convert', () => {
  test.each([
    [
      'Converting Debian GNU/Linux 12 (bookworm) (debian12) to run on KVM',
      'Debian GNU/Linux 12 (bookworm)',
      'debian12',
    ],
    ['Converting Rocky Linux 9.3 (Blue Onyx) to run on KVM', 'Rocky Linux 9.3 (Blue Onyx)', null],
    [
      'Converting Windows Server 2022 Datacenter (win2k22) to run on KVM',
      'Windows Server 2022 Datacenter',
      'win2k22',
    ],
    ['Converting 12.11 to run on KVM', '12.11', null],
    ['Converting fedora41 guest to run on KVM', null, 'fedora41'],
    ['Converting the guest to run on KVM', null, null],
  ])('%s', (stage, os, osinfo) => expect(convertedSystem(stage)).toEqual({ os, osinfo }));

  test('is in no other stage', () => expect(convertedSystem('Inspecting the source')).toBeNull());
});

function heard(lines: string[]) {
  const stages: string[] = [];
  const listener = new Listener((stage) => stages.push(stage));
  lines.forEach((line) => listener.hear(line));
  return { stages, ...listener.heard() };
}

describe('listening to virt-v2v', () => {
  test('keeps an error with all its paragraphs, and nothing around it', () => {
    const { error, lastWords } = heard([
      'nbdkit: some noise',
      '[   9.0] Inspecting the source',
      'virt-v2v-in-place: error: inspection could not detect the source guest (or physical machine).',
      '',
      'No root device found in this operating system image.',
      '',
      'If reporting bugs, run virt-v2v-in-place with debugging enabled and include the complete output:',
      '  virt-v2v-in-place -v -x [...]',
    ]);
    expect(error).toBe('inspection could not detect the source guest (or physical machine).');
    expect(lastWords.split('\n')).toEqual([
      'inspection could not detect the source guest (or physical machine).',
      'No root device found in this operating system image.',
    ]);
  });

  test('keeps the last lines where nothing was marked as an error', () => {
    const lines = Array.from({ length: 1000 }, (_, line) => `line ${line}`);
    expect(heard(lines).lastWords.split('\n')).toEqual(lines.slice(-20));
  });

  test('knows whether the guest can drive virtio', () => {
    expect(heard(['virt-v2v-in-place: This guest has virtio drivers installed.']).virtio).toBe(true);
    expect(heard(['virt-v2v-in-place: This guest does not have virtio drivers installed.']).virtio).toBe(
      false,
    );
    expect(heard([]).virtio).toBeNull();
  });
});
