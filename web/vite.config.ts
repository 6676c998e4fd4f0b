/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.CONSULT_SERVER ?? 'http://127.0.0.1:8080';
const behind = { target: server, changeOrigin: false };

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: [
      { find: /^@(?=\/)/, replacement: here('./src') },
      // The viewer draws by WebGL or on the CPU: vtk.js's WebGPU half and its XML files stay out of the chunk.
      { find: 'xmlbuilder2', replacement: here('./src/features/viewer/without/xml.ts') },
      {
        find: /^@kitware\/vtk\.js\/Rendering\/Profiles\/(Geometry|Volume|All)\.js$/,
        replacement: '@kitware/vtk.js/Rendering/OpenGL/Profiles/$1.js',
      },
    ],
  },
  // The server replaces the token by a fresh nonce in every answer that carries index.html.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: ['chrome87', 'safari15'],
    cssTarget: ['chrome87', 'safari15'],
    manifest: true,
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
  // The loader finds its worker by its own address, so it stays as it is; its CommonJS codecs must not.
  optimizeDeps: {
    exclude: ['@cornerstonejs/dicom-image-loader'],
    include: [
      'dicom-parser',
      '@cornerstonejs/codec-charls/decodewasmjs',
      '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
      '@cornerstonejs/codec-openjpeg/decodewasmjs',
      '@cornerstonejs/codec-openjph/wasmjs',
    ],
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { ...behind, ws: true },
      '/uploads': behind,
      '/dicom-web': behind,
      '/healthz': behind,
      '/readyz': behind,
    },
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
