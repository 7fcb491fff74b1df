/**
 * Express-Chat: a Cloud API line of the BotPenguin platform, one per key. Nobody documents what its send call answers,
 * so the answer is read tolerantly. Nobody outside needs anything of this package by name.
 */
package dev.caravan.provider.expresschat;
