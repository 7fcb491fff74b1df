/**
 * Texter: a shared inbox on the WhatsApp Business platform. It sends into chats that exist, not to numbers, so the chat
 * of a number is searched for and verified first; within it a session message goes out by {@code POST
 * messages/send/{chatId}}. Nobody outside needs anything of this package by name.
 */
package dev.caravan.provider.texter;
