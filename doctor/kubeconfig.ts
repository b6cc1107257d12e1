import { KubeConfig } from '@kubernetes/client-node';

/**
 * What a file of logins says.
 * @returns null where it can't be read as one, or names no current cluster with an address: the parser's own words may quote
 * what is in it
 */
export function loadKubeconfig(file: string): KubeConfig | null {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch {
    return null;
  }
  const server = config.getCurrentCluster()?.server;
  return server !== undefined && URL.canParse(server) && new URL(server).protocol === 'https:'
    ? config
    : null;
}
