export * from './aes.ts';
export { type CertificateInfo, readCertificate } from './certificate.ts';
export * from './cfb.ts';
export * from './cms.ts';
export * as noise from './noise.ts';
export * from './presign.ts';
export * from './rsa.ts';
export * from './signature.ts';
