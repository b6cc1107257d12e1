/** The foreign images that our files start from, read out of them, so that no version is said twice. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../lab/package-path';

export interface ImageNames {
  node: string;
  postgres: string;
  server: string;
  adminTools: string;
  ui: string;
}

export function imageNames(): ImageNames {
  const compose = readFileSync(packagePath('docker-compose.yml'), 'utf8');
  const named = (variable: string): string => {
    const name = new RegExp(`\\$\\{${variable}:-([^}]+)\\}`).exec(compose)?.[1];
    if (name === undefined) throw new Error(`docker-compose.yml has no \${${variable}:-…}`);
    return name;
  };
  return {
    node: named('NODE_IMAGE'),
    postgres: named('POSTGRES_IMAGE'),
    server: named('TEMPORAL_SERVER_IMAGE'),
    adminTools: named('TEMPORAL_ADMIN_TOOLS_IMAGE'),
    ui: named('TEMPORAL_UI_IMAGE'),
  };
}

/** `1.31.0` of `temporalio/server:1.31.0` */
export function tagOf(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1);
}
