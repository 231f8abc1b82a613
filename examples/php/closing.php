<?php
/* A test of the example: a client that is closed refuses calls, and no copy of it is made. */
declare(strict_types=1);

require __DIR__ . '/delete.php';

$contacts = new DingTalkContacts();
$refused = 0;
try {
    clone $contacts;
} catch (Error $error) {
    $refused++;
}
$contacts->close();
$contacts->close();
try {
    $contacts->delete('closing');
} catch (LogicException $error) {
    $refused++;
}
$contacts->__destruct();
echo "refused: $refused\n";
