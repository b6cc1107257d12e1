/** The images that the node has, by the names that Pods gave them. Pulls those that it does not have. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../cache';
import type { Image } from './images';
import { type Login, pullImage } from './pull';

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface ImageRequest {
  /** As the Pod's spec names it. */
  name: string;
  policy: PullPolicy;
  /** Called only where the image must be pulled. */
  logins: () => Promise<Login[]>;
}

/** Why there is no image. Reasons and messages are the kubelet's (kubernetes 1.34.4, pkg/kubelet/images). */
export class ImageError extends Error {
  constructor(
    readonly reason: 'ErrImagePull' | 'InvalidImageName' | 'ErrImageNeverPull',
    message: string,
  ) {
    super(message);
  }
}

export interface ImageStoreOptions {
  /** The node's own folder: holds the names that it has pulled. */
  dir: string;
  /** `host:port` of the lab's registry, which speaks no TLS: images of {@link MIRRORED} are pulled from there, too. */
  mirror?: string;
}

/** The host in the names of the lab's images where the port of the lab's registry is not known. */
export const MIRRORED = 'lab.drover.dev';

export class ImageStore {
  private readonly file: string;
  private readonly certs: string;
  /** Shared by all labs: a digest says which image it is, so each image is unpacked once. */
  private readonly unpacked = join(cacheDir(), 'unpacked');
  private readonly images: Map<string, Image>;
  private readonly pulls = new Map<string, Promise<Image>>();

  constructor({ dir, mirror }: ImageStoreOptions) {
    this.file = join(dir, 'images.json');
    this.certs = join(dir, 'certs.d');
    mkdirSync(this.certs, { recursive: true });
    if (mirror !== undefined) {
      // At a loopback address TLS is left out by itself; the lab of a real node is at another.
      for (const name of [MIRRORED, mirror]) answerFor(join(this.certs, name), mirror);
    }
    const known = existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as unknown) : [];
    this.images = new Map(known as [string, Image][]);
  }

  /** @throws ImageError */
  async provide({ name, policy, logins }: ImageRequest): Promise<Image> {
    const present = policy === 'Always' ? undefined : this.images.get(key(name));
    if (present !== undefined && existsSync(present.folder)) {
      return present;
    }
    if (policy === 'Never') {
      const message = `Container image "${name}" is not present with pull policy of Never`;
      throw new ImageError('ErrImageNeverPull', message);
    }
    return this.pull(name, await logins());
  }

  /** Pods that need one image at one time share one pull. */
  private pull(name: string, logins: Login[]): Promise<Image> {
    const id = JSON.stringify([name, logins]);
    const running = this.pulls.get(id);
    if (running) {
      return running;
    }
    const pull = this.pullNow(name, logins).finally(() => this.pulls.delete(id));
    this.pulls.set(id, pull);
    return pull;
  }

  private async pullNow(name: string, logins: Login[]): Promise<Image> {
    const answer = await pullImage({ image: name, certs: this.certs, store: this.unpacked, logins });
    switch (answer.kind) {
      case 'invalid':
        throw new ImageError('InvalidImageName', answer.message);
      case 'failed':
        throw new ImageError('ErrImagePull', answer.message);
      case 'pulled':
        this.remember([key(name), answer.image.id], answer.image);
        return answer.image;
    }
  }

  private remember(names: string[], image: Image): void {
    names.forEach((name) => this.images.set(name, image));
    writeFileSync(`${this.file}.new`, JSON.stringify([...this.images]));
    renameSync(`${this.file}.new`, this.file);
  }
}

/** Where a name has a digest, a tag before the digest means nothing. */
function key(name: string): string {
  return name.replace(/:[^:/@]+(?=@)/, '');
}

/** Names the mirror in a hosts.toml, as an administrator does for containerd: `folder` is that of a registry in certs.d. */
export function answerFor(folder: string, mirror: string): void {
  const lines = [
    `server = "http://${mirror}"`,
    `[host."http://${mirror}"]`,
    '  capabilities = ["pull", "resolve"]',
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'hosts.toml'), `${lines.join('\n')}\n`);
}
