/** The vendors' kit: whether an offload plugin's image keeps the contract. */
export { openClusterSite, type OpenSite } from './cluster-site';
export { testPlugin } from './plugin-test';
export { type PluginReport, type Point, POINTS } from './report';
