// Takes the README's pictures: node test/host/screenshots.mjs
import "tsx";

const { takePictures } = (await import("./support/screenshots.ts")).default;
await takePictures();
