# Counts the flights of one month by the airport they left, and those of them that were late: 15 minutes or more.
# Gives a list of JSON objects. Wants: -v month=01 -F,

FNR > 1 && substr($1, 1, 2) == month {
  flights[$4]++
  if ($2 >= 15) late[$4]++
}

END {
  for (airport in flights) total += flights[airport]
  print "month " month ": " total + 0 " flights" > "/dev/stderr"
  printf "["
  for (airport in flights) {
    printf "%s{\"airport\":\"%s\",\"flights\":%d,\"late\":%d}", separator, airport, flights[airport], late[airport]
    separator = ",\n"
  }
  print "]"
}
