export const debugFile = ['dist', 'web', 'debug.js'];
