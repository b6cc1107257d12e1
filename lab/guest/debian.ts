/** The Debian that guests are made of: the machine's own release, from where its apt gets packages. */
import { readFileSync } from 'node:fs';
import { LabRefusal } from '../refusal';
import { run } from './run';

/**
 * The release's name: `bookworm`.
 * @throws LabRefusal where the machine runs something else.
 */
export function debianSuite(osRelease = readFileSync('/etc/os-release', 'utf8')): string {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(osRelease)?.[1];
  const suite = field('VERSION_CODENAME');
  if (field('ID') !== 'debian' || suite === undefined) {
    throw new LabRefusal(
      `guests are built from Debian's packages on a Debian, this is ${field('PRETTY_NAME')}`,
    );
  }
  return suite;
}

/** The address that this machine's apt has that release from. */
export async function debianMirror(suite: string): Promise<string> {
  const targets = await run('apt-get', ['indextargets', '--format', '$(CREATED_BY) $(RELEASE) $(SITE)']);
  const found = targets.split('\n').find((line) => line.startsWith(`Packages ${suite} `));
  if (found === undefined) {
    throw new LabRefusal(`apt has no source of Debian ${suite}; see sources.list(5)`);
  }
  return found.split(' ')[2] as string;
}
