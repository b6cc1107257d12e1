import { type NodeMachine, realNodeObstacle } from '../../../lab/real-node/prerequisites';

const able: NodeMachine = { platform: 'linux', uid: 0, has: () => true, refusal: () => null };

test.each<[string, Partial<NodeMachine>, string | null]>([
  ['has everything', {}, null],
  [
    'gives no root',
    { uid: 1000 },
    'a real node needs root, for namespaces and mounts of its own; use sudo, or leave --real-node out',
  ],
  [
    'lacks a package',
    { has: (provides) => provides !== '/usr/lib/cni/bridge' },
    "missing: /usr/lib/cni/bridge (connects the real node's Pods); install with: apt-get install -y containernetworking-plugins",
  ],
  [
    'gives root few rights',
    { refusal: () => 'unshare: unshare failed: Operation not permitted' },
    'this machine takes no real node: unshare: unshare failed: Operation not permitted; leave --real-node out',
  ],
  ['is no Linux', { platform: 'darwin' }, 'a real node needs Linux; leave --real-node out'],
])('a machine that %s', (_, machine, obstacle) => {
  expect(realNodeObstacle({ ...able, ...machine })).toBe(obstacle);
});
