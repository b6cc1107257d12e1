/** Makes the namespaces of a real node in this folder, says where they are, and waits to be killed. */
import { openPlace } from '../../../lab/real-node';

const [dir = ''] = process.argv.slice(2);

void openPlace({ dir, logDir: dir, lifetime: 'caller' }).then(({ namespaces: { pid, cgroup }, link }) => {
  console.log(JSON.stringify({ namespaces: { pid, cgroup }, link }));
  setInterval(() => undefined, 60_000);
});
