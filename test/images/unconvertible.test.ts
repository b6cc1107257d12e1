/** virt-v2v's words as it prints them; those marked 2.2.0 are copied from runs on disks made for it. */
import { Listener } from '../../images/conversion/listener';
import { missingDriver, reasonOf } from '../../images/conversion/unconvertible';

function reason(...lines: string[]) {
  const listener = new Listener(() => undefined);
  lines.forEach((line) => listener.hear(line));
  return reasonOf(listener.heard().lastWords);
}

describe('the reason of a failed conversion', () => {
  test.each([
    // 2.2.0, an empty disk; the same for random bytes and for a file system without an operating system.
    [
      'notRecognized',
      [
        'virt-v2v-in-place: error: inspection could not detect the source guest (or physical machine).',
        '',
        'No root device found in this operating system image.',
      ],
    ],
    // 2.2.0, a disk with a LUKS partition.
    [
      'encrypted',
      ['getline: Inappropriate ioctl for device', 'virt-v2v-in-place: could not read key from user'],
    ],
    [
      'encrypted',
      [
        'virt-v2v-in-place: could not find key to open LUKS encrypted /dev/sda2.',
        '',
        'Try using --key on the command line.',
      ],
    ],
    // 2.2.0, a Debian without its package database.
    [
      'unsupported',
      [
        'virt-v2v-in-place: error: libguestfs error: filesize: /var/lib/dpkg/status: No such file or directory',
      ],
    ],
    [
      'unsupported',
      ['virt-v2v-in-place: error: virt-v2v is unable to convert this guest type (linux/archlinux)'],
    ],
    ['unsupported', ['virt-v2v-in-place: error: no installed kernel packages were found.']],
    [
      'unsupported',
      [
        'virt-v2v-in-place: error: libguestfs thinks this is not an installed operating system (it might be, for example, an installer disk or live CD).',
      ],
    ],
    [
      'multiBoot',
      [
        'virt-v2v-in-place: error: multi-boot operating systems are not supported by virt-v2v. Use the --root option to change how virt-v2v handles this.',
      ],
    ],
    [
      'unclean',
      [
        'virt-v2v-in-place: error: unable to mount the disk image for writing. This has probably happened because Windows Hibernation or Fast Restart is being used in this guest.',
      ],
    ],
    [
      'unclean',
      [
        'virt-v2v-in-place: error: filesystem was mounted read-only, even though we asked for it to be mounted read-write.',
      ],
    ],
    ['unclean', ['virt-v2v-in-place: error: libguestfs error: e2fsck: /dev/sda1: error code 4']],
    ['unclean', ['virt-v2v-in-place: error: detected errors on the XFS filesystem on /dev/sda2']],
    [
      'scratchFull',
      [
        'virt-v2v-in-place: error: insufficient free space in the conversion server temporary directory /var/tmp (512M).',
      ],
    ],
    [
      'failed',
      [
        'virt-v2v-in-place: error: not enough free space for conversion on filesystem ‘/’.  10.0 MB free < 100 MB needed',
      ],
    ],
    ['failed', ['Segmentation fault']],
    ['failed', []],
  ])('is %s: %j', (expected, lines) => expect(reason(...lines)).toBe(expected));
});

describe('a Windows without a disk driver', () => {
  const windows = { os: 'Windows Server 2022 Datacenter', osinfo: 'win2k22', error: null, lastWords: '' };
  const warning = 'there is no virtio block device driver for this version of Windows (10.0 x86_64).';

  test('is told by the warning that virt-v2v gave', () => {
    expect(missingDriver({ ...windows, virtio: false, warnings: ['odd', warning] })).toBe(warning);
    expect(missingDriver({ ...windows, virtio: false, warnings: [] })).toMatch(/no virtio disk driver/);
  });

  test('is none where virt-v2v installed one, or where the guest is no Windows', () => {
    expect(missingDriver({ ...windows, virtio: true, warnings: ['no virtio network driver'] })).toBeNull();
    expect(missingDriver({ ...windows, os: 'Debian 3.1', virtio: false, warnings: [] })).toBeNull();
  });
});
