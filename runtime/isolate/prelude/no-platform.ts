// In the place of platform.ts in isolates whose code names nothing that asks the platform.

export function startPlatform(): void {}

export function installPlatform(): void {}
