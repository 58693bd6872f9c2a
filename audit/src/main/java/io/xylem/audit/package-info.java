/** The rules of the address plan once more, sharing no code with the allocator, and what the topics say held against them. */
@NullMarked
package io.xylem.audit;

import org.jspecify.annotations.NullMarked;
