import { guestScriptsFault, LARGEST_GUEST_SCRIPTS_BYTES, MOST_GUEST_SCRIPTS } from '../../plan/guest-scripts';

const fault = (...names: string[]) =>
  guestScriptsFault(Object.fromEntries(names.map((name) => [name, 'echo'])), false);

test.each([
  '1_linux_run.sh',
  '10_linux_run_set-proxy.sh',
  '020_linux_firstboot_agent.sh',
  '5_win_firstboot_agent.ps1',
])('%s is a name as Forklift has it', (name) => {
  expect(fault(name)).toBeNull();
});

test.each([
  'linux_run.sh',
  '10_linux_run_a.ps1',
  '10_win_run_a.ps1',
  '10_win_firstboot_a.bat',
  '10_linux_run_a.b.sh',
  '10_linux_run_a b.sh',
  'x10_linux_run.sh',
  '10_linux_run.sh.bak',
  `1_linux_run_${'a'.repeat(100)}.sh`,
])('%s is none, and nothing is left out in silence', (name) => {
  expect(fault('10_linux_run_good.sh', name)).toBe(`holds "${name}", which is no name of a script`);
});

test('there are bounds', () => {
  const names = Array.from({ length: MOST_GUEST_SCRIPTS + 1 }, (_, index) => `${index}_linux_run.sh`);
  expect(fault(...names.slice(1))).toBeNull();
  expect(fault(...names)).toBe('holds 33 scripts');
  expect(fault()).toBe('holds no script');
  expect(guestScriptsFault({ '1_linux_run.sh': ' \n' }, false)).toBe(
    'holds nothing under its key 1_linux_run.sh',
  );
  expect(guestScriptsFault({ '1_linux_run.sh': 'echo' }, true)).toBe(
    'holds values that are no text (binaryData)',
  );
  const large = 'ü'.repeat(LARGEST_GUEST_SCRIPTS_BYTES / 2);
  expect(guestScriptsFault({ '1_linux_run.sh': large }, false)).toBeNull();
  expect(guestScriptsFault({ '1_linux_run.sh': `${large}x` }, false)).toBe('holds 257 KiB of scripts');
});
