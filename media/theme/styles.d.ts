/** Style sheets are imported for their effect: the bundler lays them beside the script. */
declare module '*.css';
