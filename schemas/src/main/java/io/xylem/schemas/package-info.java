/** What travels: topics, their schemas, and the serde that the schema registry stands behind. */
@NullMarked
package io.xylem.schemas;

import org.jspecify.annotations.NullMarked;
