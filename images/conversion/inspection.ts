/**
 * The inspection that virt-v2v-in-place writes with `-O` since 2.8, in virt-v2v-inspector's format.
 *
 * Its few elements have no attributes that nest and no namespaces, so patterns read them; a parser would be the
 * image's only dependency.
 */
export interface Inspection {
  os: string | null;
  /** libosinfo's short name: `debian12` */
  osinfo: string | null;
  firmware: Firmware | null;
}

export type Firmware = 'bios' | 'efi';

/** Elements that are absent, or hold `unknown`, stay null. */
export function readInspection(xml: string): Inspection {
  const firmware = /<firmware\s+type=['"](\w+)['"]/.exec(xml)?.[1];
  return {
    os: elementText(xml, 'product_name'),
    osinfo: elementText(xml, 'osinfo'),
    firmware: firmware === 'uefi' ? 'efi' : firmware === 'bios' ? 'bios' : null,
  };
}

function elementText(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  return text === undefined || text === 'unknown' ? null : decodeEntities(text);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function decodeEntities(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
